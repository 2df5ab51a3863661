# What a job asks for, by the options that submit and what-if have in common. Sourced by ./queqiao.

# Options with a value, and the fields of the contract that they are.
declare -A JOB_FIELDS=(
  [--name]=name [--partition]=partition [--project]=project [--qos]=qos [--reservation]=reservation
  [--quote]=quoteId [--end-user]=endUser [--nodes]=nodes [--tasks]=tasks [--cores]=cpusPerTask
  [--mem-bytes]=memBytes [--mem-per-cpu-bytes]=memPerCpuBytes [--mem-per-gpu-bytes]=memPerGpuBytes
  [--limit-ms]=limitMs [--begin-ms]=beginMs [--deadline-ms]=deadlineMs [--nice]=nice
  [--dependency]=dependency [--signal]=signal [--array]=array [--constraint]=constraint
  [--node-list]=nodeList [--exclude-nodes]=excludeNodes [--max-nodes]=maxNodes
  [--tasks-per-node]=tasksPerNode [--switches]=switches [--licences]=licences
  [--gres]=gres [--gres-per-task]=gresPerTask
)
# Options without one, and what they say.
declare -A JOB_FLAGS=(
  [--hold]=hold=true [--exclusive]=exclusive=true [--contiguous]=contiguous=true [--spread]=spread=true
  [--kill-on-invalid-dependency]=killOnInvalidDependency=true [--no-requeue]=requeue=false
)
# Of these, what a component may have.
COMPONENT_FIELDS=' nodes tasks cpusPerTask memBytes memPerCpuBytes memPerGpuBytes gres gresPerTask constraint
 nodeList excludeNodes maxNodes tasksPerNode switches contiguous '

# job_options_begin: nothing is asked for yet. FIELDS are those of the job, as NAME=VALUE; COMPONENTS those of each
# component, with spaces between.
job_options_begin() {
  FIELDS=() COMPONENTS=()
}

# job_option WORD...: takes the option that stands first, of the job or behind ':' of a component, and says in TAKEN
# how many words it has; 1 for an option that no job has.
job_option() {
  local said
  TAKEN=1
  if [ "$1" = : ]; then
    component_said
    COMPONENTS+=('')
    return
  fi
  if [ -n "${JOB_FLAGS[$1]:-}" ]; then
    said=${JOB_FLAGS[$1]}
  elif [ -n "${JOB_FIELDS[$1]:-}" ]; then
    [ $# -ge 2 ] || die "$1 needs a value"
    said=${JOB_FIELDS[$1]}=$2 TAKEN=2
  elif [ ${#COMPONENTS[@]} -gt 0 ]; then
    no_component_option "$1"
  else
    return 1
  fi
  if [ ${#COMPONENTS[@]} -gt 0 ]; then
    [[ $COMPONENT_FIELDS =~ [[:space:]]"${said%%=*}"[[:space:]] ]] || no_component_option "$1"
    COMPONENTS[-1]+="${COMPONENTS[-1]:+ }$said"
  else
    FIELDS+=("$said")
  fi
}

no_component_option() { die "$1 is no option of a component: options of the job stand before the first ':'"; }

# component_said: the last component that was begun asks for something.
component_said() {
  [ ${#COMPONENTS[@]} -eq 0 ] || [ -n "${COMPONENTS[-1]}" ] ||
    die "a component behind ':' says at least how many nodes it has: : --nodes 1"
}

# job_query: what is asked for, as parameters for curl, in QUERY.
job_query() {
  local each IFS=';'
  QUERY=()
  for each in "${FIELDS[@]}"; do
    QUERY+=(--url-query "$each")
  done
  [ ${#COMPONENTS[@]} -eq 0 ] || QUERY+=(--url-query "components=${COMPONENTS[*]}")
}

# job_json: the same as the fields of a JSON object, one a line.
job_json() {
  local each pairs fields components=()
  for each in "${FIELDS[@]}"; do
    json_field "$each" || return 1
  done
  for each in "${COMPONENTS[@]}"; do
    read -ra pairs <<<"$each"
    fields=()
    for each in "${pairs[@]}"; do
      each=$(json_field "$each") || return 1
      fields+=("$each")
    done
    components+=("{$(joined "${fields[@]}")}")
  done
  [ ${#components[@]} -eq 0 ] || printf '"components":[%s]\n' "$(joined "${components[@]}")"
}

# json_field NAME=VALUE: as JSON has it.
json_field() {
  local name=${1%%=*} value=${1#*=}
  case $name in
    hold | exclusive | contiguous | spread | killOnInvalidDependency | requeue) ;;
    nodes | tasks | cpusPerTask | mem*Bytes | limitMs | beginMs | deadlineMs | nice | maxNodes | tasksPerNode | switches)
      [[ $value =~ ^-?[0-9]{1,16}$ ]] || die "$name is a number, not '$value'" ;;
    gres | gresPerTask) value=$(gres_json "$value") || return 1 ;;
    licences) value=$(licences_json "$value") || return 1 ;;
    signal) value=$(signal_json "$value") || return 1 ;;
    *) value=$(quoted "$value") || return 1 ;;
  esac
  printf '"%s":%s\n' "$name" "$value"
}

# gres_json TEXT: gpu:a100:2,fpga as the contract has it in JSON.
gres_json() {
  local each out=()
  for each in ${1//,/ }; do
    [[ $each =~ ^([A-Za-z][A-Za-z0-9_.-]*)(:([A-Za-z][A-Za-z0-9_.-]*))?(:([1-9][0-9]{0,6}))?$ ]] ||
      die "devices are written like gpu:2 or gpu:a100:2,fpga: '$each' is not"
    out+=("{\"name\":\"${BASH_REMATCH[1]}\",\"type\":\"${BASH_REMATCH[3]}\",\"count\":${BASH_REMATCH[5]:-1}}")
  done
  printf '[%s]' "$(joined "${out[@]}")"
}

# licences_json TEXT: fluent:2,matlab as the contract has it in JSON.
licences_json() {
  local each out=()
  for each in ${1//,/ }; do
    [[ $each =~ ^([A-Za-z][A-Za-z0-9_.-]*)(:([1-9][0-9]{0,8}))?$ ]] ||
      die "licences are written like fluent:2,matlab: '$each' is not"
    out+=("\"${BASH_REMATCH[1]}\":${BASH_REMATCH[3]:-1}")
  done
  printf '{%s}' "$(joined "${out[@]}")"
}

# signal_json TEXT: B:USR1@60 as the contract has it in JSON; which signals there are says the server.
signal_json() {
  [[ $1 =~ ^(B:)?([A-Za-z0-9]+)(@([0-9]{1,5}))?$ ]] || die "a signal is written like USR1, USR1@60 or B:USR1@60: '$1' is not"
  printf '{"name":"%s"%s%s}' "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]:+,\"secondsBefore\":${BASH_REMATCH[4]}}" \
    "${BASH_REMATCH[1]:+,\"batchOnly\":true}"
}

# submitter: who submits when nobody is named. The demo's administrator has no project of its own.
submitter() {
  local account
  account=$(default_account)
  if [ -z "$AS" ] && [ "$account" = admin1 ]; then account=researcher1; fi
  printf '%s' "$account"
}
