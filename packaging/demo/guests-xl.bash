# Part of ./demo --xen: VMs on Xen, in the dom0 of the lab. What they boot is the lab's guest: a Linux kernel and a shell.

engine=xl
more_memory=160
prompt_ms=60000    # emulated processors, and they may be busy; the deaf guest would take 300 s
patience=120
boot_words='console=hvc0 loglevel=5'

fit() {    # VM
    local property
    for property in virt-type=pv memory=128 kernel=/lab/guest/kernel initrd=/lab/guest/initrd \
        "cmd-line=$boot_words" vkbd=false extra-xenvm=tsc_mode=native; do
        run xec-vm -n "$1" set "${property%%=*}" "${property#*=}"
    done
}

prepare_guest() {    # web, for the shell
    run xec create-vm-with-template-and-json new-vm-linux '{"name": "web"}'
    fit web
    truncate -s 1M "$dir/storage/tools.iso"
    run xec-vm -n web -k 0 set phys-path "$dir/storage/tools.iso"
}

fit_guests() {
    say "Real guests for this host: small, without firmware or keyboard, and Xen need not stand in for a clock"
    fit web
    fit desktop
    say "One of them gets two programs more: xenmgr-guest-bus, which starts with it, and busctl"
    { cat /lab/guest/initrd && "$here/tests/host/lab" programs "$bin/xenmgr-guest-bus" /usr/bin/busctl; } \
        >"$dir/web-initrd" || wrong "the programs could not be packed"
    run xec-vm -n web set initrd "$dir/web-initrd"
    run xec-vm -n web set cmd-line "$boot_words lab.run=/usr/bin/xenmgr-guest-bus"
}

in_guest() { "$here/packaging/demo/in-guest" "$guest_domid" "$@"; }    # COMMAND...: types it into web's console

choose_guest() {    # DOMID
    guest_domid=$1
    guest=(in_guest busctl --address=unix:path=/run/xenmgr/bus call)
    incoming=(--incoming-channel vchan:)
}
await_socket() { in_guest sh -c 'until [ -S /run/xenmgr/bus ]; do sleep 0.1; done' >/dev/null || wrong "the guest has no socket"; }

look_behind() {
    local log=/var/log/xen/console/guest-web.log
    say "What Xen says of them, and what one guest says itself"
    run xl list
    expect '^web '
    expect '^desktop '
    wait_for $log 'guest is up' || wrong "the guest did not boot"
    run grep 'guest is up' $log
}

# Its log goes on where the last domain of that name ended, so one looks before the next begins. A kernel that has not
# booted follows a request to shut down, whatever its command line says.
watch_boot() {    # VM
    timeout "$patience" grep -qm1 'guest is up' <(timeout "$patience" tail -n 0 -F "/var/log/xen/console/guest-$1.log" 2>/dev/null) &
    boot=$!
}
await_boot() { wait "$boot" || wrong "the guest did not boot"; }

deafen() { run xec-vm -n "$1" set cmd-line "$boot_words lab.deaf"; }
mend_ears() { run xec-vm -n "$1" set cmd-line "$boot_words"; }
