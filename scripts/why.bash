# Commands that ask why, when and what if. Sourced by ./queqiao.

# take_job WHAT: makes 12_7 the job 12 and the query for its task 7, of the job that a question is about.
take_job() {
  take_account
  job=${ARGS[0]:-}
  [[ $job =~ ^[0-9]+(_[0-9]+)?$ ]] || die "which job? ./queqiao $1 JOB, or a task of an array such as 12_7"
  query=()
  [[ $job != *_* ]] || query=(--url-query "task=${job#*_}")
  job=${job%%_*}
}

# answer_type: as a machine reads it with --json, else as a person does.
answer_type() {
  if [ "$JSON" = yes ]; then printf 'Accept: application/json'; else printf 'Accept: text/plain'; fi
}

# moment TEXT: epoch milliseconds of a number or of a date.
moment() {
  case $1 in
    '' | *[!0-9]*) date -d "$1" +%s%3N 2>/dev/null || die "'$1' is no time: epoch milliseconds, or a date such as '2026-05-01 12:00'" ;;
    *) printf '%s' "$1" ;;
  esac
}

# explain JOB [--at TIME]
client_explain() {
  running
  local job query at
  take_job explain
  case ${ARGS[1]:-} in
    '') ;;
    --at)
      at=$(moment "${ARGS[2]:-}") || exit 1
      query+=(--url-query "at=$at")
      ;;
    *) die "explain does not know ${ARGS[1]}; see ./queqiao help" ;;
  esac
  api "$(default_account)" GET "/api/v1/jobs/$job/explain" -H "$(answer_type)" "${query[@]}"
}

# log explain JOB --at TIME, as the tool that reads the log takes it
log_arguments() {
  [ "${ARGS[0]}" = explain ] || return 0
  [[ ${#ARGS[@]} -eq 4 && ${ARGS[1]} =~ ^[0-9]{1,18}$ && ${ARGS[2]} == --at ]] ||
    die "it is written ./queqiao log explain JOB --at TIME"
  local at
  at=$(moment "${ARGS[3]}") || exit 1
  ARGS=(explain --job "${ARGS[1]}" --at "$at")
}

# forecast JOB
client_forecast() {
  running
  local job query
  take_job forecast
  api "$(default_account)" GET "/api/v1/jobs/$job/forecast" -H "$(answer_type)" "${query[@]}"
}

# quoted TEXT: as a JSON string; control characters but the line end and the tab are refused.
quoted() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  text=${text//$'\r'/\\r}
  [[ $text != *[[:cntrl:]]* ]] || die "a control character is not allowed here"
  printf '"%s"' "$text"
}

# number OPTION TEXT: the text, if it is a number.
number() {
  [[ $2 =~ ^[0-9]{1,16}$ ]] || die "$1 needs a number, not '$2'"
  printf '%s' "$2"
}

# joined PART...: with commas between.
joined() {
  local IFS=,
  printf '%s' "$*"
}

# list_json TEXT: a,b as a JSON list of texts.
list_json() {
  local each value out=()
  for each in ${1//,/ }; do
    value=$(quoted "$each") || return 1
    out+=("$value")
  done
  printf '[%s]' "$(joined "${out[@]}")"
}

# What a waiting job may ask for instead.
CHANGES=' nodes tasks cpusPerTask memBytes limitMs partition qos '

# what-if ...: both sides of a trial. What is asked of a job is said as submit has it.
client_what_if() {
  running
  take_account
  local parts=() job= file= like= more= value each policy= promised= site= account said
  local FIELDS COMPONENTS TAKEN
  job_options_begin
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --declared) parts+=('"runTimes":"declared"'); shift; continue ;;
      --job | --submit | --drain | --like | --more | --reserve | --unreserve | --weights | --policy | --reservations | --horizon-ms)
        [ $# -ge 2 ] || die "$1 needs a value" ;;
      : | --*)
        job_option "$@" || die "what-if does not know $1; see ./queqiao help"
        shift "$TAKEN"
        continue
        ;;
      *) die "what-if does not know $1; see ./queqiao help" ;;
    esac
    case $1 in
      --job) job=$(number "$1" "$2") || exit 1; parts+=("\"job\":$job") ;;
      --submit) file=$2; [ -r "$file" ] && [ ! -d "$file" ] || die "cannot read $file" ;;
      --drain | --unreserve) value=$(list_json "$2") || exit 1; parts+=("\"${1#--}\":$value") ;;
      --like) like=$(quoted "$2") || exit 1 ;;
      --more) more=$(number "$1" "$2") || exit 1 ;;
      --reserve) parts+=("\"reserve\":$2") ;;
      --weights) parts+=("\"priorities\":$2") ;;
      --policy) policy=$(quoted "$2") || exit 1 ;;
      --reservations) promised=$(number "$1" "$2") || exit 1 ;;
      --horizon-ms) value=$(number "$1" "$2") || exit 1; parts+=("\"horizonMs\":$value") ;;
    esac
    case $1 in --job | --submit | --horizon-ms) ;; *) site=yes ;; esac
    shift 2
  done
  component_said
  said=$(job_json) || exit 1
  said=${said//$'\n'/,}
  account=$(default_account)
  if [ -n "$file" ]; then
    value=$(quoted "$(cat "$file")") || exit 1
    parts+=("\"submit\":{\"script\":$value${said:+,$said}}")
    # Who also tries something with the site does so as itself.
    [ -n "$site" ] || account=$(submitter)
  elif [ -n "$said" ]; then
    [ ${#COMPONENTS[@]} -eq 0 ] || die "components go with --submit FILE"
    for each in "${FIELDS[@]}"; do
      [[ $CHANGES == *" ${each%%=*} "* ]] || die "${each%%=*} goes with --submit FILE: a job that waits changes$CHANGES"
    done
    parts+=("\"changes\":{$said}")
  fi
  if [ -n "$policy" ]; then
    parts+=("\"scheduling\":{\"policy\":$policy${promised:+,\"reservations\":$promised}}")
  elif [ -n "$promised" ]; then
    die "--reservations goes with --policy NAME"
  fi
  [ -z "$like$more" ] || parts+=("\"addNodes\":{\"like\":${like:-\"\"},\"count\":${more:-1}}")
  printf '{%s}' "$(joined "${parts[@]}")" |
    api "$account" POST /api/v1/what-if -H 'Content-Type: application/json' -H "$(answer_type)" --data-binary @-
}
