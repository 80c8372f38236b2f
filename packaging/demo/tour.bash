# Part of ./demo: the tour. Each step prints a command and what it really says, then checks it.

output=

say() { printf '\n# %s\n' "$*"; }

show() {    # a command as one would type it; its last word may be &
    local word line='$'
    for word in "$@"; do
        case "$word" in
            '&') line+=' &' ;;
            *[!A-Za-z0-9_./:=-]* | "") line+=" '$word'" ;;
            *) line+=" $word" ;;
        esac
    done
    printf '%s\n' "$line"
}

run() {    # must succeed
    show "$@"
    output=$("$@" 2>&1)
    local status=$?
    [ -z "$output" ] || printf '%s\n' "$output"
    [ $status -eq 0 ] || wrong "the command failed with exit status $status"
}

refused() {    # must fail, and say how to do better
    show "$@"
    output=$("$@" 2>&1) && wrong "the command should have been refused"
    printf '%s\n' "$output"
}

expect() {    # the last output matches this extended regular expression
    grep -qE -- "$1" <<<"$output" || wrong "expected to see: $1"
}

expect_not() { ! grep -qE -- "$1" <<<"$output" || wrong "did not expect to see: $1"; }

wrong() {
    printf '\ndemo: %s\n' "$1" >&2
    printf 'demo: last lines of the logs in %s:\n' "$dir" >&2
    tail -n 15 "$dir"/*.log >&2
    exit 1
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

tour() {
    create_two
    run_them
    change_them
    shut_one_down
    endure_a_sick_guest
    kill_the_manager
    delete_them
}

create_two() {
    say "Templates, and two VMs made from them"
    run xec list-templates
    expect '^new-vm-linux$'
    run xec create-vm-with-template-and-json new-vm-linux '{"name": "web"}'
    expect '^/vm/'
    run xec create-vm-with-ui new-vm-windows8 desktop 'For the front office' ''
    run xec-vm
    expect 'web .*stopped'
    expect 'desktop .*stopped'
}

run_them() {
    say "A start that cannot work is refused, with the cause and the remedy"
    refused xec-vm -n web --wait start
    expect 'xc-tools.iso'
    truncate -s 1M "$dir/storage/tools.iso"
    run xec-vm -n web -k 0 set phys-path "$dir/storage/tools.iso"
    run xec-vm -n desktop -k 0 set phys-path "$dir/storage/tools.iso"

    say "Start, pause, unpause"
    run xec-vm -n web --wait start
    run xec-vm -n desktop --wait start
    run xec-vm
    expect 'web .*running'
    expect 'desktop .*running'
    run xec-vm -n web --wait pause
    run xec-vm -n web get state
    expect '^paused$'
    run xec-vm -n web --wait unpause
    run xec-vm -n web get state
    expect '^running$'
}

change_them() {
    say "Properties: kept in the database, checked before they are"
    run xec-vm -n web set memory 2048
    run xec-vm -n web get memory
    expect '^2048$'
    run xec-vm -n web set description 'Serves the intranet'
    run xec-vm -n web get description
    expect '^Serves the intranet$'
    refused xec-vm -n web set memory -7
    expect 'must be from'
    uuid=$(xec-vm -n web get uuid)
    run db-read "/vm/$uuid/config/memory"
    expect '^2048$'

    say "A disk and a network card more"
    truncate -s 8M "$dir/storage/data.vhd"
    run xec-vm -n web add-disk
    disk=${output##*/}
    run xec-vm -n web -k "$disk" attach-vhd "$dir/storage/data.vhd"
    run xec-vm -n web -k "$disk" get phys-path
    expect 'data\.vhd$'
    run xec-vm -n web --list-disks
    run xec-vm -n web add-nic
    nic=${output##*/}
    run xec-vm -n web -c "$nic" get mac-actual
    expect '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'
    run db-ls "/vm/$uuid/config/disk/$disk"
    expect 'data\.vhd'
}

shut_one_down() {
    say "Clean shutdown, and up again with the new disk and card"
    run xec-vm -n web --wait shutdown
    run xec-vm -n web get state
    expect '^stopped$'
    run xec-vm -n web --wait start
}

endure_a_sick_guest() {
    say "A guest that refuses to shut down; meanwhile the other VM is served without delay"
    run xec-vm -n desktop --wait shutdown
    run xec-vm -n desktop set extra-xenvm 'sim-fault=refuse-shutdown'
    run xec-vm -n desktop --wait start
    show xec-vm -n desktop shutdown '&'
    xec-vm -n desktop --timeout 60 shutdown >"$dir/sick.out" 2>&1 &
    local sick=$! begin took
    begin=$(now_ms)
    run xec-vm -n web --wait pause
    run xec-vm -n web --wait unpause
    run xec-vm
    took=$(($(now_ms) - begin))
    expect 'web .*running'
    echo "# Pause, unpause and the table took $took ms together."
    kill -0 $sick 2>/dev/null || wrong "the sick VM should still be refusing"
    [ $took -lt 5000 ] || wrong "the healthy VM waited for the sick one"
    run xec-vm -n desktop --wait destroy
    { wait $sick; } 2>/dev/null
    run xec-vm -n desktop get state
    expect '^stopped$'
    run xec-vm -n desktop set extra-xenvm ''
    run xec-vm -n desktop --wait start
}

kill_the_manager() {
    say "The manager dies and comes back; running VMs do not notice"
    local before
    before=$(xec-vm -n web get domid)
    show kill -KILL "$xenmgr_pid"
    kill -KILL "$xenmgr_pid"
    { wait "$xenmgr_pid"; } 2>/dev/null
    refused xec-vm
    show xenmgr --engine sim '&'
    start_xenmgr || wrong "the manager did not come back"
    run xec-vm
    expect 'web .*running'
    expect 'desktop .*running'
    run xec-vm -n web get domid
    expect "^$before\$"
}

delete_them() {
    say "Delete: a running VM is refused, a stopped one goes with everything it had"
    refused xec-vm -n web delete
    run xec-vm -n web --wait shutdown
    run xec-vm -n desktop --wait shutdown
    run xec-vm -n web delete
    run xec-vm -n desktop delete
    run xec-vm
    expect_not 'web|desktop'
    run db-exists "/vm/$uuid"
    expect '^false$'
}
