# What the hardware of this node is, as the kernel shows it. Sourced; ROOT is / but for tests.

# cpu_numbers LIST: "0-2,5" as one number a line.
cpu_numbers() {
  local part
  for part in ${1//,/ }; do seq "${part%-*}" "${part#*-}"; done
}

# find_cpus ROOT ALLOWED: of each physical core the CPUs (its threads) that are in the list ALLOWED, such as 0,4/1,5.
# Nothing where core N is CPU N: then nobody needs to be told.
find_cpus() {
  local root=$1 cpu thread core cores=() plain=yes
  local -A allowed=() taken=()
  for cpu in $(cpu_numbers "$2"); do allowed[$cpu]=1; done
  for cpu in $(cpu_numbers "$2"); do
    [ -z "${taken[$cpu]:-}" ] || continue
    core=
    for thread in $(cpu_numbers "$(cat "$root/sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list" 2>/dev/null || echo "$cpu")"); do
      if [ -n "${allowed[$thread]:-}" ]; then
        taken[$thread]=1
        core=$core${core:+,}$thread
      fi
    done
    [ "${core:-$cpu}" = "${#cores[@]}" ] || plain=no
    cores+=("${core:-$cpu}")
  done
  [ $plain = yes ] || (IFS=/ && printf '%s\n' "${cores[*]}")
}

# find_devices ROOT: the accelerators whose drivers are loaded, as lines of the list of devices. NVIDIA's by their
# numbers; AMD's are the render nodes whose driver is amdgpu, which serve computing only where there is /dev/kfd.
find_devices() {
  local root=$1 path index=0
  while read -r path; do
    [ -e "$path" ] && [ -d "$root/proc/driver/nvidia" ] && printf 'gpu %d /dev/%s\n' $((index++)) "${path##*/}"
  done < <(printf '%s\n' "$root"/dev/nvidia[0-9]* | sort -V)
  if [ $index -eq 0 ] && [ -e "$root/dev/kfd" ]; then
    for path in "$root"/dev/dri/renderD[0-9]*; do
      case $(readlink "$root/sys/class/drm/${path##*/}/device/driver") in
        */amdgpu) printf 'gpu %d /dev/dri/%s\n' $((index++)) "${path##*/}" ;;
      esac
    done
  fi
  return 0
}
