#!/usr/bin/env bash
# A machine for the tests of the unit: this system's files under a real systemd as PID 1, in namespaces of its own.
#
#   machine.sh SCRATCH CLONE    root only; prints the process number of PID 1, at each boot; ends when its standard input does
#
# SCRATCH  an empty folder to mount on; nothing is written to it
# CLONE    appears as /opt/dossierd, as if it had been cloned there
#
# What the machine writes goes to memory. Its mounts are in namespaces that end with their last process; when this script
# ends, the kernel ends PID 1, and with it all that runs in the machine. It has no network, and starts none of the services
# of this system. Accepted: a SIGKILL to this very script leaves empty control groups behind.
set -euo pipefail
umask 022 # as on a server; whoever runs the tests may have another

# The vendor's units that a service stands on; no others exist in the machine.
readonly units=(
    basic.target local-fs-pre.target local-fs.target multi-user.target network.target paths.target shutdown.target
    slices.target sockets.target sysinit.target timers.target umount.target
    systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket
    final.target reboot.target systemd-reboot.service
)

# In a mount namespace of its own, so that no mount can be left on this system.
keep() {
    local scratch=$1
    exec 3<&0 # a command in the background would get /dev/null instead
    mount -t tmpfs -o mode=0755 machine "$scratch"
    mkdir "$scratch"/{groups,writes,units,own-units,root}
    mount -t cgroup2 none "$scratch/groups"
    group=$scratch/groups/dossierd-test.$$
    mkdir "$group"
    trap 'exit 143' TERM INT HUP
    trap take_down EXIT

    cat <&3 >/dev/null &
    listener=$!
    while true; do
        start "$@"
        wait -n "$listener" "$machine" && return || ended=$?
        ((ended == REBOOT)) || return "$ended"
    done
}

# Of a namespace's first process the kernel makes it an end by SIGHUP when it asks for a reboot (reboot(2)).
readonly REBOOT=129

start() {
    (
        echo "$BASHPID" >"$group/cgroup.procs"
        exec setpriv --pdeathsig KILL \
            unshare --fork --kill-child --pid --mount --uts --ipc --net --cgroup bash "$0" --boot "$@"
    ) </dev/null &
    machine=$!
    until is_up; do
        kill -0 "$machine" # ends this script when the machine could not be made
        sleep 0.05
    done
    echo "$first"
}

is_up() {
    first=$(cat "/proc/$machine/task/$machine/children" 2>/dev/null)
    first=${first% }
    [[ -n $first && $(cat "/proc/$first/comm" 2>/dev/null) == systemd ]]
}

# The kernel needs a moment to bury what was killed, and a group that holds something can't be removed.
take_down() {
    local tries
    trap '' TERM INT HUP
    kill -KILL "${machine-}" "${listener-}" 2>/dev/null || true
    wait 2>/dev/null || true
    for tries in {1..100}; do
        if find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; then
            return
        fi
        sleep 0.1
    done
    echo "machine.sh: control groups are left after $tries tries: dossierd-test.$$" >&2
}

boot() {
    local scratch=$1 clone=$2 root=$1/root device unit
    mount --make-rprivate /
    overlay system / "$root"
    mkdir -p "$root/opt/dossierd"
    overlay program "$clone" "$root/opt/dossierd"

    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro,nosuid,noexec,nodev sysfs "$root/sys"
    mount -t cgroup2 -o nosuid,noexec,nodev cgroup2 "$root/sys/fs/cgroup"
    mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$root/run"
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"
    mount -t tmpfs -o mode=0755,nosuid tmpfs "$root/dev"
    for device in null zero full random urandom tty; do
        touch "$root/dev/$device"
        mount --bind "/dev/$device" "$root/dev/$device"
    done
    ln -s pts/ptmx "$root/dev/ptmx" # PrivateDevices= looks for it

    mkdir -p "$scratch/units/sysinit.target.wants"
    ln -sf ../systemd-journald.service "$scratch/units/sysinit.target.wants"
    for unit in "${units[@]}"; do
        cp "/usr/lib/systemd/system/$unit" "$scratch/units"
    done
    mount --bind "$scratch/units" "$root/usr/lib/systemd/system"
    # What this system's administrator and its generators have added stays out.
    mount --bind "$scratch/own-units" "$root/etc/systemd/system"
    mount -t tmpfs -o mode=0755 tmpfs "$root/usr/lib/systemd/system-generators"
    : >"$root/etc/fstab"
    [[ -s $scratch/machine-id ]] || systemd-id128 new >"$scratch/machine-id"
    cp "$scratch/machine-id" "$root/etc/machine-id"

    cd "$root"
    mkdir -p mnt
    pivot_root . mnt
    umount --lazy mnt
    mount --make-rshared / # as on a real system: what a service's own namespace is handed, such as secrets, comes through this
    exec env -i container=dossierd-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        /usr/lib/systemd/systemd --system --unit=multi-user.target --log-target=journal --show-status=no
}

overlay() {
    mkdir -p "$scratch/writes/$1"/{upper,work}
    mount -t overlay -o "lowerdir=$2,upperdir=$scratch/writes/$1/upper,workdir=$scratch/writes/$1/work" overlay "$3"
}

case ${1-} in
    --boot) shift && boot "$@" ;;
    --keep) shift && keep "$@" ;;
    *) exec unshare --mount --propagation private bash "$0" --keep "$@" ;;
esac
