# Part of ./demo: a message bus, the database and the manager in a temporary folder of their own.
# Needs $here (the repository), $bin (the programs) and $engine (what runs VMs). Sets and exports what the tools need to
# find the bus.

dir= bus_pid= dbd_pid= xenmgr_pid= proxy_pid= tries=0

start_stack() {
    dir=$(mktemp -d -t xenmgr-demo.XXXXXX) || return
    chmod 755 "$dir"
    trap 'stop_stack' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    export XENMGR_DEMO=$dir PATH=$bin:$PATH XENVM_SOCKET_DIR=$dir/run
    mkdir -m 0750 "$dir/run" "$dir/storage"
    read -r DBUS_SYSTEM_BUS_ADDRESS bus_pid < <("$here/packaging/private-bus" "$dir")
    [ -n "$bus_pid" ] || { echo "demo: dbus-daemon did not start:" >&2; cat "$dir/bus.log" >&2; return 1; }
    export DBUS_SYSTEM_BUS_ADDRESS
    start_dbd && start_xenmgr
}

start_dbd() {
    start dbd com.citrix.xenclient.db "$bin/dbd" --database "$dir/db.sqlite" && dbd_pid=$started
}

start_xenmgr() {
    start xenmgr com.citrix.xenclient.xenmgr "$bin/xenmgr" --no-daemonize --run-dir "$dir/run" \
        --engine "$engine" --data-dir "$here/share" && xenmgr_pid=$started
}

start_proxy() {    # "${incoming[@]}": options that say where the guest is
    start rpc-proxy com.citrix.xenclient.rpc_proxy "$bin/rpc-proxy" --server "${incoming[@]}" \
        --outgoing-channel "unix:$dir/bus" --rules "$here/policy/rpc-proxy.rules" && proxy_pid=$started
}

# start NAME BUS-NAME PROGRAM ARGUMENT...: returns when the program owns its name on the bus, or has ended.
start() {
    local name=$1 bus_name=$2 waiter first
    shift 2
    "$@" >>"$dir/$name.log" 2>&1 </dev/null &
    started=$!
    gdbus wait --system --timeout 30 "$bus_name" >/dev/null 2>&1 &
    waiter=$!
    wait -n -p first "$started" "$waiter" 2>/dev/null && [ "$first" = "$waiter" ] && return
    echo "demo: $name did not take its name $bus_name; its last words:" >&2
    tail -n 20 "$dir/$name.log" >&2
    kill "$started" "$waiter" 2>/dev/null
    return 1
}

# Process ids of our programs that belong to this run; monitors are nobody's children, so they are found by their
# environment.
survivors() {
    find /proc -maxdepth 2 -name exe -lname "$bin/*" 2>/dev/null | while IFS=/ read -r _ _ pid _; do
        grep -qzFx "XENMGR_DEMO=$dir" "/proc/$pid/environ" 2>/dev/null && echo "$pid"
    done
}

stop_stack() {
    [ -n "$dir" ] || return 0
    trap - EXIT
    local try left
    kill $xenmgr_pid $dbd_pid $proxy_pid 2>/dev/null
    { wait $xenmgr_pid $dbd_pid $proxy_pid; } 2>/dev/null
    for try in {1..100}; do
        mapfile -t left < <(survivors)
        [ ${#left[@]} -gt 0 ] || break
        kill -KILL "${left[@]}" 2>/dev/null
        read -rt 0.02 <> <(:)    # gives them time to go
    done
    [ -z "$bus_pid" ] || kill "$bus_pid" 2>/dev/null
    rm -rf "$dir"
    [ ${#left[@]} -eq 0 ] || { echo "demo: still running: ${left[*]}" >&2; return 1; }
    dir=
}
