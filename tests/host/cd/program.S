# What the CD of an HVM guest boots: a guest of one page that sleeps, wakes and powers off as an operating system does,
# by the ACPI tables of its firmware. On the serial line it says "awake N" about once a second; N counts how often it
# woke, with the boot. The sleep button, or s on the line, puts it to sleep; the power button, or o, powers it off; r
# resets it.

        .intel_syntax noprefix
        .code16

        .equ SECOND, 18                 # ticks of the timer
        .equ LINE, 0x3f8                # the serial line: data here, state at +5
        .equ HAS_BYTE, 0x01
        .equ CAN_SEND, 0x20
        .equ POWER_BUTTON, 0x0100       # in PM1a_STS
        .equ SLEEP_BUTTON, 0x0200
        .equ SLEEP_NOW, 0x2000          # in PM1a_CNT; bits 10 to 12 say which sleep: _S3 and _S5 in Xen's tables
        .equ S3, 1 << 10
        .equ S5, 0 << 10
        .equ WHICH, 7 << 10
        .equ POWER_DEVICE, 0x80000b00   # PCI 0:1.3

        .globl begin
begin:                                  # the firmware jumps to 0:7c00, or to 7c0:0
        ljmp    0, offset booted
booted:
        call    settle
        call    find_acpi
        mov     byte ptr [wakes], '0'
awake:
        inc     byte ptr [wakes]
        call    start_clock
say:
        mov     si, offset text
        call    send
        mov     cx, SECOND
rest:
        hlt                             # until the timer's interrupt
        mov     dx, [events]
        in      ax, dx
        out     dx, ax                  # writing a bit clears it
        test    ax, SLEEP_BUTTON
        jnz     sleep
        test    ax, POWER_BUTTON
        jnz     power_off
        mov     dx, LINE + 5
        in      al, dx
        test    al, HAS_BYTE
        jz      no_byte
        mov     dx, LINE
        in      al, dx
        cmp     al, 's'
        je      sleep
        cmp     al, 'o'
        je      power_off
        cmp     al, 'r'
        je      reset
no_byte:
        loop    rest
        jmp     say

# Real mode again, wherever one comes from: after a sleep nothing is as it was but the memory.
settle:
        pop     bx
        cli
        cld
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, offset begin
        jmp     bx

# Makes fs reach all 4 GiB: a short visit to protected mode leaves its limits behind. Interrupts are off.
reach_all:
        lgdt    [table_of_segments]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     bx, 8
        mov     fs, bx
        and     al, 0xfe
        mov     cr0, eax
        ret

# RSDP, then RSDT, then the fixed table (FADT), which knows the ports and where the waking vector lies (FACS).
find_acpi:
        call    reach_all
        mov     ebx, 0xe0000
1:      cmp     dword ptr fs:[ebx], 0x20445352          # "RSD "
        jne     2f
        cmp     dword ptr fs:[ebx + 4], 0x20525450      # "PTR "
        je      3f
2:      add     ebx, 16
        cmp     ebx, 0x100000
        jb      1b
        mov     si, offset no_acpi
        call    send
        jmp     .
3:      mov     ebx, fs:[ebx + 16]                      # RSDT
        mov     ecx, 36                                 # its first entry
4:      mov     edx, fs:[ebx + ecx]
        add     ecx, 4
        cmp     dword ptr fs:[edx], 0x50434146          # "FACP"
        jne     4b
        mov     eax, fs:[edx + 36]
        mov     [facs], eax
        mov     eax, fs:[edx + 56]
        mov     [events], ax
        mov     eax, fs:[edx + 64]
        mov     [control], ax
        ret

sleep:
        cli
        call    reach_all
        mov     ebx, [facs]
        mov     dword ptr fs:[ebx + 12], offset woken   # the waking vector of real mode
        mov     cx, S3 | SLEEP_NOW
        jmp     enter
woken:
        ljmp    0, offset here_again
here_again:
        call    settle
        call    place_power_ports
        jmp     awake

# QEMU resets its devices when a guest wakes, and nobody but the firmware's first run tells its chipset where the ports
# of the power management are.
place_power_ports:
        mov     eax, POWER_DEVICE + 0x40
        call    choose_register
        movzx   eax, word ptr [events]
        or      al, 1
        out     dx, eax
        mov     eax, POWER_DEVICE + 0x80
        call    choose_register
        mov     al, 1                   # they are open
        out     dx, al
        ret

choose_register:
        mov     dx, 0xcf8
        out     dx, eax
        mov     dx, 0xcfc
        ret

power_off:
        mov     cx, S5 | SLEEP_NOW
enter:
        mov     dx, [control]
        in      ax, dx
        and     ax, ~WHICH
        or      ax, cx
        out     dx, ax
        sti
1:      hlt                             # with interrupts off Xen would take it for the end
        jmp     1b

reset:
        mov     al, 0xfe
        out     0x64, al                # the keyboard controller pulls the line
        jmp     .

# The timer counts from its largest number and interrupts; a sleep has stopped it.
start_clock:
        mov     al, 0x36
        out     0x43, al
        xor     al, al
        out     0x40, al
        out     0x40, al
        in      al, 0x21
        and     al, 0xfe
        out     0x21, al
        sti
        ret

send:                                   # the text at si, which ends with 0
        lodsb
        test    al, al
        jz      2f
        mov     ah, al
        mov     dx, LINE + 5
1:      in      al, dx
        test    al, CAN_SEND
        jz      1b
        mov     dx, LINE
        mov     al, ah
        out     dx, al
        jmp     send
2:      ret

text:   .ascii  "awake "
wakes:  .ascii  "0\r\n\0"
no_acpi: .asciz "no ACPI\r\n"

        .balign 8
segments:
        .quad   0
        .quad   0x00cf92000000ffff      # data, from 0 to 4 GiB
table_of_segments:
        .word   . - segments - 1
        .long   segments
facs:   .long   0
events: .word   0
control: .word  0
