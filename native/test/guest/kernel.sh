#!/bin/sh
# kernel.sh FOLDER: puts a kernel of the distribution's packages for virtual machines, with its modules, into the
# folder, without installing it: FOLDER/vmlinuz and FOLDER/overlay.ko. What is there is left.
set -eu
folder=$(readlink -m "$1")
[ ! -e "$folder/vmlinuz" ] || exit 0
command -v apt-get >/dev/null 2>&1 || {
  echo "kernel.sh: no apt-get: put a kernel into $folder/vmlinuz and its overlay module into $folder/overlay.ko" >&2
  exit 1
}
mkdir -p "$folder"
part=$(mktemp -d "$folder/part.XXXXXX")
trap 'rm -rf "$part"' EXIT
chmod 755 "$part"
cd "$part"

fetch() {
  # That of Debian names the package with the kernel of today, that of Ubuntu is one of two.
  for name in linux-image-cloud-amd64 linux-image-virtual; do
    package=$(apt-cache depends "$name" 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
    [ -z "$package" ] || break
  done
  [ -n "$package" ] || {
    echo "kernel.sh: neither linux-image-cloud-amd64 nor linux-image-virtual is among the packages (apt-get update)"
    return 1
  }
  modules=
  case $package in linux-image-[0-9]*-generic) modules=linux-modules-${package#linux-image-} ;; esac
  apt-get download -q "$package" $modules 2>&1
}
# The list of packages may be missing, or so old that it names what is gone.
if ! fetch >said.log; then
  [ "$(id -u)" -ne 0 ] || apt-get update -qq
  fetch >said.log || { cat said.log >&2; exit 1; }
fi
for file in *.deb; do dpkg-deb -x "$file" files; done
module=$(find files/lib files/usr/lib -name 'overlay.ko*' 2>/dev/null | head -1)
case $module in
  *.zst) zstd -q -d "$module" -o overlay.ko ;;
  *.ko) cp "$module" overlay.ko ;;
  *)
    echo "kernel.sh: the packages have no module overlay" >&2
    exit 1
    ;;
esac
mv overlay.ko "$folder/overlay.ko"
# Last, because it says that all is there.
mv files/boot/vmlinuz-* "$folder/vmlinuz"
