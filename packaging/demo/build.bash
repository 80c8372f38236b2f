# Part of ./demo: installs the packages that are missing and builds the programs, silently when there is little to do.

programs=(dbd xenmgr xenvm xenvm-cmd rpc-proxy xenmgr-guest-bus xec xec-vm db-cmd)

# One line at every tenth of the way, so that a long build shows progress and a short one says nothing.
tenths() {
    local line percent last=0
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$1"
        [[ $line =~ ^\ *([0-9]+)%\  ]] || continue
        percent=${BASH_REMATCH[1]}
        if ((percent / 10 > last / 10 && percent < 100)); then printf '  %d %%\n' "$percent"; fi
        last=$percent
    done
}

build_quietly() {
    local log
    "$here/packaging/install-packages" build run || return
    log=$(mktemp --suffix=.xenmgr-build)
    if [ ! -e "$here/build/release/build.ninja" ]; then
        echo "Building into build/release; this takes minutes once:"
        (cd "$here" && cmake --preset release --log-level=WARNING) >"$log" 2>&1 || { cat "$log"; rm -f "$log"; return 1; }
    fi
    # Without a terminal ninja prints one line for each step, which is what tenths reads.
    NINJA_STATUS='%p ' cmake --build "$here/build/release" --target "${programs[@]}" 2>&1 | tenths "$log"
    if [ "${PIPESTATUS[0]}" -ne 0 ]; then
        tail -n 40 "$log"
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
