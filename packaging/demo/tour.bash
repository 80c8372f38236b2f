# Part of ./demo: the tour. Each step prints a command and what it really says, then checks it. What differs between the
# simulated engine and Xen is in guests-sim.bash and guests-xl.bash.

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

wait_for() {    # FILE TEXT: until the file has it
    timeout "$patience" grep -qm1 -- "$2" <(timeout "$patience" tail -n +1 -f "$1" 2>/dev/null)
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

tour() {
    create_two
    run_them
    change_them
    shut_one_down
    endure_a_sick_guest
    meet_a_guest
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
    fit_guests
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
    look_behind
    run xec-vm -n web --wait pause
    run xec-vm -n web get state
    expect '^paused$'
    run xec-vm -n web --wait unpause
    run xec-vm -n web get state
    expect '^running$'
}

change_them() {
    say "Properties: kept in the database, checked before they are"
    run xec-vm -n web set memory "$more_memory"
    run xec-vm -n web get memory
    expect "^$more_memory\$"
    run xec-vm -n web set description 'Serves the intranet'
    run xec-vm -n web get description
    expect '^Serves the intranet$'
    refused xec-vm -n web set memory -7
    expect 'must be from'
    uuid=$(xec-vm -n web get uuid)
    run db-read "/vm/$uuid/config/memory"
    expect "^$more_memory\$"

    say "A disk and a network card more"
    truncate -s 8M "$dir/storage/data.img"
    run xec-vm -n web add-disk
    disk=${output##*/}
    run xec-vm -n web -k "$disk" attach-phy "$dir/storage/data.img"
    run xec-vm -n web -k "$disk" get phys-path
    expect 'data\.img$'
    run xec-vm -n web --list-disks
    run xec-vm -n web add-nic
    nic=${output##*/}
    run xec-vm -n web -c "$nic" get mac-actual
    expect '^([0-9a-f]{2}:){5}[0-9a-f]{2}$'
    run db-ls "/vm/$uuid/config/disk/$disk"
    expect 'data\.img'
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
    deafen desktop
    watch_boot desktop
    run xec-vm -n desktop --wait start
    await_boot
    show xec-vm -n desktop shutdown '&'
    xec-vm -n desktop --timeout 200 shutdown >"$dir/sick.out" 2>&1 &
    local sick=$! begin took
    begin=$(now_ms)
    run xec-vm -n web --wait pause
    run xec-vm -n web --wait unpause
    run xec-vm
    took=$(($(now_ms) - begin))
    expect 'web .*running'
    echo "# Pause, unpause and the table took $took ms together."
    kill -0 $sick 2>/dev/null || wrong "the sick VM should still be refusing"
    [ $took -lt "$prompt_ms" ] || wrong "the healthy VM waited for the sick one"
    run xec-vm -n desktop --wait destroy
    { wait $sick; } 2>/dev/null
    run xec-vm -n desktop get state
    expect '^stopped$'
    mend_ears desktop
    run xec-vm -n desktop --wait start
}

meet_a_guest() {
    local manager=com.citrix.xenclient.xenmgr database=com.citrix.xenclient.db
    local rules=$here/policy/rpc-proxy.rules domid
    local guest incoming    # how a process in the guest calls, and where the firewall finds the guest
    domid=$(xec-vm -n web get domid)
    choose_guest "$domid"
    say "A guest behind the firewall: web gets a socket that leads to the host's bus, and asks for attention"
    show rpc-proxy "${incoming[@]}" -o "unix:$dir/bus" -r "$rules" --server '&'
    start_proxy || wrong "the firewall did not start"
    await_socket
    gdbus monitor --system --dest "$manager" --object-path / >"$dir/signals" 2>&1 &
    local monitor=$!
    wait_for "$dir/signals" 'is owned by' || wrong "the signals of the manager cannot be heard"
    run "${guest[@]}" "$manager" / "$manager.guestreq" request_attention
    wait_for "$dir/signals" requested_attention || wrong "nobody heard that the guest wants attention"
    grep requested_attention "$dir/signals"

    say "Support gathers diagnostics, and the guest hands in its own"
    run xec-vm -n web set pv-addons true
    show busctl --system call "$manager" / "$manager.diag" save s full '&'
    busctl --system call "$manager" / "$manager.diag" save s full >"$dir/gathered" 2>&1 &
    local save=$!
    wait_for "$dir/signals" gather_request || wrong "the guests were not asked"
    run "${guest[@]}" "$manager" / "$manager.diag" gather ss dmesg.txt 48690a
    wait $save || wrong "the gathering failed: $(<"$dir/gathered")"
    local gathered
    gathered=$(sed 's/^s "\(.*\)"$/\1/' "$dir/gathered")
    run cat "$gathered/dmesg.txt"
    expect '^Hi$'
    rm -r "$gathered"

    say "Its corner of the database opens when its VM's property says so"
    run db-write "/dom-store/$uuid/greeting" hello
    refused "${guest[@]}" "$database" / "$database" read s greeting
    expect 'Access denied'
    run xec-vm -n web set domstore-read-access true
    until "${guest[@]}" "$database" / "$database" read s greeting &>/dev/null; do    # the firewall hears of it
        [ $((++tries)) -lt 200 ] || wrong "the property has no effect"
        read -rt 0.02 <> <(:)
    done
    run "${guest[@]}" "$database" / "$database" read s greeting
    expect '^s "hello"$'

    say "It may not make VMs, and the rules say why"
    refused "${guest[@]}" "$manager" / "$manager" create_vm
    expect 'Access denied'
    run rpc-proxy explain --rules "$rules" --domid "$domid" --uuid "$uuid" \
        "destination=$manager" "interface=$manager" member=create_vm
    expect '^verdict: deny'
    expect 'rpc-proxy.rules:[0-9]+: deny all'
    grep 'DENY.*create_vm' "$dir/rpc-proxy.log" || wrong "the denial is not in the log"
    kill $monitor "$proxy_pid"
    { wait $monitor "$proxy_pid"; } 2>/dev/null
}

kill_the_manager() {
    say "The manager dies and comes back; running VMs do not notice"
    local before
    before=$(xec-vm -n web get domid)
    show kill -KILL "$xenmgr_pid"
    kill -KILL "$xenmgr_pid"
    { wait "$xenmgr_pid"; } 2>/dev/null
    refused xec-vm
    show xenmgr --engine "$engine" '&'
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
