#!/bin/bash
# machine.sh BUILD KIND TEST...: boots a virtual machine whose control groups are of the kind (unified, hybrid or
# version-1) and runs the tests of the build in it, each an argument with its own. The machine is made of the files
# of this one that they need; it has no disk and no network.
set -euo pipefail
build=$1
kind=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
programs=(sh bash awk mawk b2sum cat chmod chown cp cut date dd dirname du echo env expr find grep head id kill ln ls mkdir
  mkfifo mktemp mv nproc perf printf ps readlink rm rmdir sed seq setsid sleep sort stat tail test time timeout touch tr
  true false uname wc xargs)
patience=${QUEQIAO_MACHINE_SECONDS:-900}
# A machine that runs says something more often, if only where its tests stand (init.c).
silence=200

fail() {
  echo "machine.sh: $*" >&2
  exit 1
}

for each in qemu-system-x86_64:qemu-system-x86 cpio:cpio ldd:libc-bin; do
  command -v "${each%:*}" >/dev/null || fail "${each%:*} is missing: apt-get install ${each#*:}"
done
mkdir -p "$build/guest"
kernel=$build/guest/kernel
(flock 9 && "$here/kernel.sh" "$kernel") 9>"$build/guest/kernel.lock" || fail "there is no kernel to boot"

work=$(mktemp -d "$build/guest/machine.XXXXXX")
machine=
trap '[ -z "$machine" ] || kill "$machine" 2>/dev/null || true; rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{bin,dev,etc,proc,root,run,sys,tmp,usr/bin,usr/sbin,var/tmp,test-bin}

# take FILE: with the libraries that it names, where they are on this machine.
take() {
  local each
  for each in "$1" $(ldd "$1" 2>/dev/null | grep -o '/[^ ]*' || true); do
    if [ ! -e "$root$each" ]; then
      mkdir -p "$root$(dirname "$each")"
      cp -L "$each" "$root$each"
    fi
  done
}

# The build is where the tests were told that it is; a folder or link of the root like usr-merged ones stays what it is.
for each in bin sbin lib lib64; do
  if [ -L "/$each" ]; then
    rmdir "$root/$each" 2>/dev/null || true
    mkdir -p "$root/usr/$each"
    ln -s "usr/$each" "$root/$each"
  fi
done
for each in "${programs[@]}"; do
  path=$(type -P "$each" || true)
  [ -n "$path" ] || continue
  take "$(readlink -f "$path")"
  [ -e "$root$path" ] || ln -s "$(readlink -f "$path")" "$root$path"
done
for each in "$build"/bin/queqiao-launcher "$build"/bin/queqiao-monitor "$build"/test-bin/fault/*; do take "$each"; done
rm -rf "$root/test-bin"
mkdir -p "$root$build/test-bin" "$root$(readlink -m "$here/../../../scripts")"
ln -s "$build/test-bin" "$root/test-bin"
for each in "$@"; do take "$build/test-bin/${each%% *}"; done
cp "$here/../../../scripts/services.bash" "$root$(readlink -m "$here/../../../scripts")/"
# The service of names in plain files; libc opens its libraries by itself.
for each in /lib/x86_64-linux-gnu/libnss_files.so.2 /lib64/libnss_files.so.2; do [ ! -e "$each" ] || take "$each"; done
echo 'root:x:0:0::/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
(umask 077 && echo 'root:*:1::::::' >"$root/etc/shadow")
printf 'passwd: files\ngroup: files\n' >"$root/etc/nsswitch.conf"
cp "$build/test-bin/guest_init" "$root/init"
cp "$kernel/overlay.ko" "$root/overlay.ko"
# No symbols: they are most of the bytes that the machine has to unpack.
find "$root" -type f -size +200k ! -name '*.ko' -exec strip --strip-debug {} + 2>/dev/null || true
printf './%s\n' "$@" >"$root/tests"
(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) >"$work/initrd"

options="console=ttyS0 panic=-1 quiet random.trust_cpu=on mitigations=off"
[ "$kind" != unified ] || options="$options cgroup_no_v1=all"
accelerators=(-accel "tcg,thread=multi")
# A machine that is a virtual one itself may have the device, and none of what it needs.
if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo; then accelerators=(-accel kvm "${accelerators[@]}"); fi
# boot: 0 once the machine has gone down by itself, 1 where it stood still or took too long.
boot() {
  local start=$SECONDS said=$SECONDS bytes=0 now
  : >"$work/console"
  # One more processor could be plugged in than is there.
  qemu-system-x86_64 "${accelerators[@]}" -cpu max -m 1024 -smp 2,maxcpus=3 -display none -nodefaults -no-user-config \
    -serial "file:$work/console" -no-reboot -kernel "$kernel/vmlinuz" -initrd "$work/initrd" \
    -append "$options -- $kind /overlay.ko" &
  machine=$!
  while kill -0 "$machine" 2>/dev/null; do
    now=$(stat -c %s "$work/console")
    if [ "$now" != "$bytes" ]; then
      bytes=$now
      said=$SECONDS
    fi
    if [ $((SECONDS - start)) -gt "$patience" ] || [ $((SECONDS - said)) -gt "$silence" ]; then
      kill "$machine" && wait "$machine" || true
      machine=
      tr -d '\r' <"$work/console"
      echo "machine.sh: after $((SECONDS - start)) s not done, the last word $((SECONDS - said)) s ago"
      [ $((SECONDS - said)) -gt "$silence" ] || fail "not done within $patience s"
      return 1
    fi
    sleep 0.2
  done
  machine=
  tr -d '\r' <"$work/console"
  echo "machine.sh: $kind, $((SECONDS - start)) s, initial files of $(($(stat -c %s "$work/initrd") >> 20)) MiB"
}

# No test silences the first process of the machine: one that hangs is told with its processes. A machine that says
# nothing at all stands still with its processors, as emulated ones may on a busy host; it is begun anew, once.
boot || boot || fail "the virtual machine stood still twice"
tr -d '\r' <"$work/console" | grep -qx 'guest: ALL PASSED' || fail "not all tests passed in the virtual machine"
