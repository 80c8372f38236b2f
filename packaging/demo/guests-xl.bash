# Part of ./demo --xen: VMs on Xen, in the dom0 of the lab. What they boot is the lab's guest: a Linux kernel and a shell.

engine=xl
more_memory=160
prompt_ms=60000    # emulated processors, and they may be busy; the deaf guest would take 300 s
patience=120
boot_words='console=hvc0 loglevel=5'

fit_guests() {
    local name property
    say "Real guests for this host: small, without firmware, and no rare clock for Xen to stand in for"
    for name in web desktop; do
        for property in virt-type=pv memory=128 kernel=/lab/guest/kernel initrd=/lab/guest/initrd \
            "cmd-line=$boot_words" extra-xenvm=tsc_mode=native; do
            run xec-vm -n $name set "${property%%=*}" "${property#*=}"
        done
    done
}

look_behind() {
    local log=/var/log/xen/console/guest-web.log
    say "What Xen says of them, and what one guest says itself"
    run xl list
    expect '^web '
    expect '^desktop '
    wait_for $log 'guest is up' || wrong "the guest did not boot"
    run grep 'guest is up' $log
}

deafen() { run xec-vm -n "$1" set cmd-line "$boot_words lab.deaf"; }
mend_ears() { run xec-vm -n "$1" set cmd-line "$boot_words"; }
