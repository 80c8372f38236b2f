# Part of ./demo: VMs of the simulated engine. Its guests need nothing and can be given faults.

engine=sim
more_memory=2048
prompt_ms=5000    # what pause, unpause and the table may take together
patience=20       # seconds

fit_guests() { :; }
look_behind() { :; }
watch_boot() { :; }
await_boot() { :; }
choose_guest() {    # DOMID: a process here plays the guest's
    guest=(busctl "--address=unix:path=$dir/guest" call)
    incoming=(--incoming-channel "unix:$dir/guest" --incoming-domid "$1" --incoming-uuid "$uuid")
}
await_socket() { :; }
deafen() { run xec-vm -n "$1" set extra-xenvm 'sim-fault=refuse-shutdown'; }    # VM
mend_ears() { run xec-vm -n "$1" set extra-xenvm ''; }
