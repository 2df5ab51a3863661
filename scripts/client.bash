# Commands that ask the running server. Sourced by ./queqiao.

[ -n "${AS:-}" ] || AS=${QUEQIAO_ACCOUNT:-}

running() { [ -S "$DATA/run/admin.sock" ] || die "nothing runs in $DATA: start it with ./queqiao up"; }

# owner METHOD PATH CURL-ARGS...: the local administration, for whoever owns the data folder.
owner() {
  local method=$1 path=$2
  shift 2
  answer --max-time 30 --unix-socket "$DATA/run/admin.sock" -X "$method" "${BECAUSE[@]}" "$@" "http://localhost/local/v1$path"
}

# The header that says why, for what changes something; empty where nobody says it.
BECAUSE=()

# encoded TEXT: what is not plain ASCII, and what separates the parts of an address, goes as its bytes with percent signs.
encoded() {
  local LC_ALL=C text= i each
  for ((i = 0; i < ${#1}; i++)); do
    each=${1:i:1}
    case $each in
      [a-zA-Z0-9._~-]) text+=$each ;;
      *)
        printf -v each '%%%02X' "'$each"
        text+=$each
        ;;
    esac
  done
  printf '%s' "$text"
}

because() { BECAUSE=(-H "Queqiao-Reason: $(encoded "$1")"); }

client_login() {
  running
  owner POST /login-links --data-urlencode "user=${ARGS[0]:-$(default_account)}"
}

client_token() {
  [ ${#ARGS[@]} -eq 1 ] || die "whose? ./queqiao token ACCOUNT"
  running
  owner POST /token --data-urlencode "user=${ARGS[0]}"
}

# The token of the account that commands run as; kept for its life, readable by the owner alone.
session_token() {
  local account=$1 file=$DATA/host/token.$1
  if [ ! -s "$file" ] || [ -z "$(find "$file" -mmin -1380)" ]; then
    (umask 077 && BECAUSE=() && owner POST /token --data-urlencode "user=$account" >"$file") || {
      rm -f "$file"
      exit 1
    }
  fi
  cat "$file"
}

# api ACCOUNT METHOD PATH CURL-ARGS...: the token goes in by a descriptor, never on the command line.
api() {
  local account=$1 method=$2 path=$3 token
  shift 3
  [ "$method" != GET ] || [ ${#BECAUSE[@]} -eq 0 ] || die "--reason goes with what changes something; this only asks"
  token=$(session_token "$account")
  [ "$method" = GET ] || set -- "${BECAUSE[@]}" "$@"
  answer -X "$method" --max-time 60 -H @<(printf 'Authorization: Bearer %s\n' "$token") "$@" "$(server_url)$path"
}

# api_file ACCOUNT PATH CURL-ARGS...: prints a file of any length as it comes. It may take long, but not stand still.
api_file() {
  local account=$1 path=$2 token failed=0
  shift 2
  [ ${#BECAUSE[@]} -eq 0 ] || die "--reason goes with what changes something; this only asks"
  token=$(session_token "$account")
  curl -sf --speed-limit 1 --speed-time 60 -H @<(printf 'Authorization: Bearer %s\n' "$token") "$@" "$(server_url)$path" || failed=$?
  case $failed in
    0) ;;
    # Refused, and nothing is printed: asked once more, it says why.
    22) api "$account" GET "$path" "$@" ;;
    *) die "the server did not answer to the end: what is printed is not all (./queqiao status)" ;;
  esac
}

# answer CURL-ARGS...: prints the body; a refusal becomes its own words on stderr, so do warnings.
answer() {
  local text status warning detail
  text=$(curl -sS --path-as-is -w '\n%header{queqiao-warning}\n%{http_code}' "$@") || die "the server did not answer: ./queqiao status"
  status=${text##*$'\n'}
  text=${text%$'\n'*}
  warning=${text##*$'\n'}
  text=${text%$'\n'*}
  [ -z "$warning" ] || printf 'queqiao: warning: %s\n' "${warning//; /$'\nqueqiao: warning: '}" >&2
  if [ "$status" -ge 400 ]; then
    if [ -n "${INTO:-}" ]; then
      text=$(tr -d '\0' <"$INTO")
      rm -f "$INTO"
    fi
    detail=${text%$'\n'}
    [[ $text =~ \"detail\":\"(([^\"\\]|\\.)*)\" ]] && detail=${BASH_REMATCH[1]//\\\"/\"}
    die "$detail ($status)"
  fi
  [ -z "$text" ] || printf '%s\n' "${text%$'\n'}"
}

default_account() {
  if [ -n "$AS" ]; then
    printf '%s' "$AS"
  elif [ -r "$DATA/run/first-account" ]; then
    sed -n 1p "$DATA/run/first-account"
  else
    printf admin
  fi
}

client_submit() {
  running
  take_account
  local file= FIELDS COMPONENTS TAKEN QUERY account
  job_options_begin
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      : | -*)
        job_option "$@" || die "submit does not know $1; see ./queqiao help"
        shift "$TAKEN"
        ;;
      *) [ -z "$file" ] || die "one script: $file or $1"; file=$1; shift ;;
    esac
  done
  component_said
  [ -n "$file" ] || die "which script? ./queqiao submit FILE"
  [ -r "$file" ] && [ ! -d "$file" ] || die "cannot read $file"
  account=$(submitter)
  job_query
  api "$account" POST /api/v1/jobs -H 'Content-Type: text/x-shellscript' -H 'Accept: text/plain' "${QUERY[@]}" --data-binary "@$file"
}

# split_job: makes 12_0-9:3 of ARGS[0] the job 12 and the query for its tasks 0-9:3.
split_job() {
  job=${ARGS[0]:-}
  [[ $job =~ ^[0-9]+(_.+)?$ ]] || die "which job? ./queqiao $command JOB, or ARRAY_TASKS such as 12_7"
  query=()
  [[ $job != *_* ]] || query=(--url-query "tasks=${job#*_}")
  job=${job%%_*}
}

# hold, release JOB or ARRAY_TASKS
client_hold() {
  running
  take_account
  only 1
  local job query
  split_job
  api "$(default_account)" POST "/api/v1/jobs/$job/$command" "${query[@]}" >/dev/null
}

# checkpoint JOB: what a running job has done is saved. suspend JOB, resume JOB: its processes stop where they are, or go on.
client_suspension() {
  running
  take_account
  only 1
  case ${ARGS[0]:-} in '' | *[!0-9]*) die "which job? ./queqiao $1 JOB" ;; esac
  api "$(default_account)" POST "/api/v1/jobs/$(encoded "${ARGS[0]}")/$1"
}

# job JOB [--json]: all that is known of it.
client_job() {
  running
  take_account
  only 1
  case ${ARGS[0]:-} in '' | *[!0-9]*) die "which job? ./queqiao job JOB" ;; esac
  api "$(default_account)" GET "/api/v1/jobs/$(encoded "${ARGS[0]}")" -H "$(answer_type)"
}

# steps JOB: what it has started with "queqiao run".
client_steps() {
  running
  take_account
  only 1
  case ${ARGS[0]:-} in '' | *[!0-9]*) die "which job? ./queqiao steps JOB" ;; esac
  api "$(default_account)" GET "/api/v1/jobs/$(encoded "${ARGS[0]}")/steps" -H "$(answer_type)"
}

# take_cause: takes --cause CAUSE out of ARGS into the query: what an administrator ends a run for.
take_cause() {
  local rest=()
  cause=()
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --cause)
        [[ ${2:-} =~ ^[A-Z_]+$ ]] || die "--cause needs PLATFORM_FAULT or ADMINISTRATOR"
        cause=(--url-query "cause=$2")
        shift 2
        ;;
      *) rest+=("$1"); shift ;;
    esac
  done
  ARGS=("${rest[@]}")
}

# requeue JOB or ARRAY_TASKS [--cause CAUSE]: the run of a running job ends and the job waits again.
client_requeue() {
  running
  take_account
  local job query cause
  take_cause
  only 1
  split_job
  query+=("${cause[@]}")
  api "$(default_account)" POST "/api/v1/jobs/$job/requeue" "${query[@]}"
}

# update JOB KEY=VALUE..., or ARRAY_TASK of a task that has started: an empty value brings back the default.
client_update() {
  running
  take_account
  local job=${ARGS[0]:-} query=() body= each key value
  [[ $job =~ ^[0-9]+(_[0-9]+)?$ ]] || die "which job? ./queqiao update JOB KEY=VALUE..."
  [[ $job != *_* ]] || query=(--url-query "task=${job#*_}")
  [ ${#ARGS[@]} -gt 1 ] || die "what shall change? ./queqiao update JOB KEY=VALUE..."
  for each in "${ARGS[@]:1}"; do
    key=${each%%=*}
    value=${each#*=}
    [[ $each == *=* && $key =~ ^[a-zA-Z]+$ ]] || die "$each is no KEY=VALUE, such as limitMs=60000"
    case $key in
      name | partition | project | qos | dependency)
        value=${value//\\/\\\\}
        [ -z "$value" ] || value="\"${value//\"/\\\"}\"" ;;
      nodes | tasks | cpusPerTask | memBytes | limitMs | nice | beginMs | deadlineMs | arrayAtOnce)
        [[ $value =~ ^(-?[0-9]+)?$ ]] || die "$key is a number: $value is none" ;;
      *) die "update does not know $key; see ./queqiao help" ;;
    esac
    body+="${body:+,}\"$key\":${value:-null}"
  done
  api "$(default_account)" PATCH "/api/v1/jobs/${job%%_*}" "${query[@]}" \
    -H 'Content-Type: application/merge-patch+json' --data-binary "{$body}" >/dev/null
}

# cancel JOB or ARRAY_TASKS [--cause CAUSE]: 12, or 12_7, or 12_0-9:3,20.
client_cancel() {
  running
  take_account
  local job query cause
  take_cause
  split_job
  query+=("${cause[@]}")
  api "$(default_account)" DELETE "/api/v1/jobs/$job" "${query[@]}" >/dev/null
}

# jobs [--array ARRAY] [--state STATE,...] [--user USER] [--limit N] [--json]: the newest first.
client_jobs() {
  running
  take_account
  local query=() limit=100 table
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --array) [[ ${2:-} =~ ^[0-9]+$ ]] || die "which array? ./queqiao jobs --array ARRAY" ;;
      --limit) [[ ${2:-} =~ ^[0-9]{1,4}$ ]] || die "--limit needs a number up to 1000"; limit=$2 ;;
      --state | --user) [ -n "${2:-}" ] || die "$1 needs a value" ;;
      *) die "jobs does not know $1; see ./queqiao help" ;;
    esac
    [ "$1" = --limit ] || query+=(--url-query "${1#--}=$2")
    shift 2
  done
  table=$(api "$(default_account)" GET /api/v1/jobs -H "$(answer_type)" --url-query "limit=$limit" "${query[@]}")
  printf '%s\n' "$table"
  # As many rows as were asked for, and the head of the table: there may be more.
  [ "$JSON" = yes ] || [ "$(wc -l <<<"$table")" -le "$limit" ] || say "These are the newest $limit; for more: --limit N, up to 1000."
}

# takes COUNT USAGE: the words that a subcommand needs, itself included.
takes() { [ ${#ARGS[@]} -ge "$1" ] || die "it is written ./queqiao $2"; }
# Takes "--as ACCOUNT" out of the arguments.
take_account() {
  local rest=()
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --as) [ -n "${2:-}" ] || die "--as needs an account"; AS=$2; shift 2 ;;
      *) rest+=("$1"); shift ;;
    esac
  done
  ARGS=("${rest[@]}")
}

client_share() {
  running
  take_account
  only 0
  api "$(default_account)" GET /api/v1/shares -H 'Accept: text/plain'
}

client_priority() {
  running
  take_account
  case ${ARGS[0]:-} in '' | *[!0-9]*) die "which job? ./queqiao priority JOB" ;; esac
  only 1
  api "$(default_account)" GET "/api/v1/jobs/$(encoded "${ARGS[0]}")/priority" -H 'Accept: text/plain'
}

# Shows or changes what the site decided about order and shares.
client_policy() {
  running
  take_account
  local path body
  case $1,${#ARGS[@]} in
    weights,0) path=/api/v1/priorities body= ;;
    weights,1) path=/api/v1/priorities body=${ARGS[0]} ;;
    qos,0) path=/api/v1/qos body= ;;
    qos,2) path=/api/v1/qos/$(encoded "${ARGS[0]}") body=${ARGS[1]} ;;
    partition,0) path=/api/v1/partitions body= ;;
    partition,2) path=/api/v1/partitions/$(encoded "${ARGS[0]}") body=${ARGS[1]} ;;
    platform,0) path=/api/v1/platforms body= ;;
    platform,2) path=/api/v1/platforms/$(encoded "${ARGS[0]}") body="{\"title\":\"$(json_text "${ARGS[1]}")\"}" ;;
    topology,0) path=/api/v1/topology body= ;;
    topology,1) path=/api/v1/topology body=${ARGS[0]} ;;
    domain,0) path=/api/v1/domains body= ;;
    domain,2 | domain,3)
      local parent=
      case ${ARGS[2]-} in
        '') ;;
        -) parent=',"parent":null' ;;
        *) parent=",\"parent\":$(quoted "${ARGS[2]}")" ;;
      esac
      api "$(default_account)" POST /api/v1/domains -H 'Content-Type: application/json' \
        --data-binary "{\"code\":$(quoted "${ARGS[0]}"),\"title\":$(quoted "${ARGS[1]}")$parent}"
      return
      ;;
    licences,0) path=/api/v1/licences body= ;;
    licences,2) path=/api/v1/licences/$(encoded "${ARGS[0]}") body="{\"count\":${ARGS[1]}}" ;;
    rules,0) path=/api/v1/rules body= ;;
    rules,3) path=/api/v1/rules/$(encoded "${ARGS[0]}")/$(encoded "${ARGS[1]}") body=${ARGS[2]} ;;
    *) die "that is not how $1 is used; see ./queqiao help" ;;
  esac
  if [ -z "$body" ]; then
    api "$(default_account)" GET "$path"
  else
    api "$(default_account)" PUT "$path" -H 'Content-Type: application/json' --data-binary "$body"
  fi
}

# Lists what will change at a later time, plans it, or withdraws it.
client_planned() {
  running
  take_account
  local body shares value
  case ${ARGS[0]-},${#ARGS[@]} in
    ,0)
      api "$(default_account)" GET /api/v1/planned-changes
      return
      ;;
    withdraw,2)
      api "$(default_account)" DELETE "/api/v1/planned-changes/$(encoded "${ARGS[1]}")"
      return
      ;;
    domain,4 | platform,4)
      [ "${ARGS[2]}" = - ] && value=null || value=$(quoted "${ARGS[2]}")
      if [ "${ARGS[0]}" = domain ]; then
        body="{\"change\":\"parent\",\"domain\":$(quoted "${ARGS[1]}"),\"parent\":$value"
      else
        body="{\"change\":\"platform\",\"project\":$(quoted "${ARGS[1]}"),\"platform\":$value"
      fi
      ;;
    domains,4)
      body=
      IFS=, read -ra shares <<<"${ARGS[2]}"
      for value in "${shares[@]}"; do
        [[ $value =~ ^[^=]+=[0-9]+$ ]] || die "the domains of a project are written CODE=PERMILLE,CODE=PERMILLE"
        body+="${body:+,}{\"domain\":$(quoted "${value%%=*}"),\"permille\":${value##*=}}"
      done
      body="{\"change\":\"domains\",\"project\":$(quoted "${ARGS[1]}"),\"domains\":[$body]"
      ;;
    *) die "planned knows domain CODE PARENT|- YYYY-MM, domains PROJECT CODE=PERMILLE,... YYYY-MM-DD, platform PROJECT NAME|- YYYY-MM and withdraw NUMBER" ;;
  esac
  api "$(default_account)" POST /api/v1/planned-changes -H 'Content-Type: application/json' \
    --data-binary "$body,\"from\":$(quoted "${ARGS[3]}")}"
}

# policy [NAME] [--reservations N]: shows or changes by which policy the cluster is planned.
client_planning() {
  running
  take_account
  local name= reservations= body=
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --reservations) [ -n "${2:-}" ] || die "--reservations needs a number"; reservations=$2; shift 2 ;;
      -*) die "policy does not know $1; see ./queqiao help" ;;
      *) [ -z "$name" ] || die "one policy: ./queqiao policy NAME"; name=$1; shift ;;
    esac
  done
  if [ -z "$name" ]; then
    [ -z "$reservations" ] || die "of which policy? ./queqiao policy NAME --reservations N"
    api "$(default_account)" GET /api/v1/scheduling
  else
    [[ $name =~ ^[a-z-]+$ ]] || die "$name is no name of a policy"
    [[ $reservations =~ ^[0-9]*$ ]] || die "--reservations is a number: $reservations is none"
    body="{\"policy\":\"$name\"${reservations:+,\"reservations\":$reservations}}"
    api "$(default_account)" PUT /api/v1/scheduling -H 'Content-Type: application/json' --data-binary "$body"
  fi
}

# Lists, shows, makes and deletes reservations.
client_reservation() {
  running
  take_account
  local path=/api/v1/reservations name=${ARGS[1]:-}
  if [ "${ARGS[0]:-list}" != list ]; then
    takes 2 "reservation ${ARGS[0]} NAME"
  fi
  case ${ARGS[0]:-list},${#ARGS[@]} in
    list,[01]) api "$(default_account)" GET "$path" -H 'Accept: text/plain' ;;
    show,2) api "$(default_account)" GET "$path/$(encoded "$name")" ;;
    set,3)
      api "$(default_account)" PUT "$path/$(encoded "$name")" -H 'Content-Type: application/json' --data-binary "${ARGS[2]}"
      ;;
    delete,2) api "$(default_account)" DELETE "$path/$(encoded "$name")" ;;
    *) die "it is written ./queqiao reservation [list | show NAME | set NAME JSON | delete NAME]" ;;
  esac
}

# Reports over months and years, and when what is left will be used up.
client_report() {
  running
  take_account
  local written="it is written ./queqiao report (usage | ended) BY,... FROM-MONTH TO-MONTH [DOMAIN-LEVEL], report reconciliation FROM-MONTH TO-MONTH, or report burn-down PROJECT [DAYS]"
  case ${ARGS[0]:-},${#ARGS[@]} in
    usage,5)
      api "$(default_account)" GET /api/v1/reports/usage --url-query "by=${ARGS[1]}" --url-query "from=${ARGS[2]}" \
        --url-query "to=${ARGS[3]}" --url-query "domainLevel=${ARGS[4]}" \
        --url-query "format=$([ "$JSON" = yes ] && printf json || printf csv)"
      ;;
    usage,4 | ended,4)
      api "$(default_account)" GET "/api/v1/reports/$(encoded "${ARGS[0]}")" --url-query "by=${ARGS[1]}" --url-query "from=${ARGS[2]}" \
        --url-query "to=${ARGS[3]}" --url-query "format=$([ "$JSON" = yes ] && printf json || printf csv)"
      ;;
    reconciliation,3)
      api "$(default_account)" GET /api/v1/reports/reconciliation --url-query "from=${ARGS[1]}" --url-query "to=${ARGS[2]}" \
        --url-query "format=$([ "$JSON" = yes ] && printf json || printf csv)"
      ;;
    burn-down,2 | burn-down,3)
      api "$(default_account)" GET /api/v1/reports/burn-down --url-query "project=${ARGS[1]}" --url-query "days=${ARGS[2]:-30}"
      ;;
    *) die "$written" ;;
  esac
}

# Months are checked, closed and paid; who proposes does not approve (money approve).
client_month() {
  running
  take_account
  local path=/api/v1/months body
  case ${ARGS[0]:-list},${#ARGS[@]} in
    list,[01]) api "$(default_account)" GET "$path"; return ;;
    check,2) api "$(default_account)" GET "$path/$(encoded "${ARGS[1]}")/check"; return ;;
    statements,[23]) api "$(default_account)" GET "$path/$(encoded "${ARGS[1]}")/statements?limit=1000${ARGS[2]:+&state=$(encoded "${ARGS[2]}")}"; return ;;
    close,[3-9] | close,[1-9][0-9]*)
      path=$path/$(encoded "${ARGS[1]}")/close body="{\"reason\":\"$(json_text "${ARGS[*]:2}")\"}"
      ;;
    close-despite,[4-9] | close-despite,[1-9][0-9]*)
      path=$path/$(encoded "${ARGS[1]}")/close
      body="{\"despite\":\"$(json_text "${ARGS[2]}")\",\"reason\":\"$(json_text "${ARGS[*]:3}")\"}"
      ;;
    paid,[6-9] | paid,[1-9][0-9]*)
      path=/api/v1/statements/$(encoded "${ARGS[1]}")/$(encoded "${ARGS[2]}")/payment
      body="{\"paidOn\":\"$(json_text "${ARGS[3]}")\",\"reference\":\"$(json_text "${ARGS[4]}")\",\"reason\":\"$(json_text "${ARGS[*]:5}")\"}"
      ;;
    paid-in,[7-9] | paid-in,[1-9][0-9]*)
      path=/api/v1/statements/$(encoded "${ARGS[2]}")/$(encoded "${ARGS[3]}")/payment
      body="{\"currency\":\"$(json_text "${ARGS[1]}")\",\"paidOn\":\"$(json_text "${ARGS[4]}")\",\"reference\":\"$(json_text "${ARGS[5]}")\",\"reason\":\"$(json_text "${ARGS[*]:6}")\"}"
      ;;
    paid-back,[6-9] | paid-back,[1-9][0-9]*)
      path=/api/v1/statements/$(encoded "${ARGS[1]}")/$(encoded "${ARGS[2]}")/payment/back
      body="{\"paidOn\":\"$(json_text "${ARGS[3]}")\",\"reference\":\"$(json_text "${ARGS[4]}")\",\"reason\":\"$(json_text "${ARGS[*]:5}")\"}"
      ;;
    *) die "it is written ./queqiao month [list | check MONTH | statements MONTH [STATE] | close MONTH REASON | close-despite MONTH WHY REASON | paid PROJECT MONTH DAY REFERENCE REASON | paid-in CURRENCY PROJECT MONTH DAY REFERENCE REASON | paid-back PROJECT MONTH DAY REFERENCE REASON]" ;;
  esac
  api "$(default_account)" POST "$path" -H 'Content-Type: application/json' --data-binary "$body"
}

# Months that go into files: proposed here, approved by another person (money approve).
client_archive() {
  running
  take_account
  local path=/api/v1/archive
  case ${#ARGS[@]} in
    1) api "$(default_account)" GET "$path" ;;
    2) die "it is written ./queqiao ledger archive [MONTH REASON]" ;;
    *)
      api "$(default_account)" POST "$path" -H 'Content-Type: application/json' \
        --data-binary "{\"month\":\"$(json_text "${ARGS[1]}")\",\"reason\":\"$(json_text "${ARGS[*]:2}")\"}"
      ;;
  esac
}

# Changes of prices and money by two people.
client_money() {
  running
  take_account
  local path= body= id
  case ${ARGS[0]:-list},${#ARGS[@]} in
    list,[01]) api "$(default_account)" GET /api/v1/proposals; return ;;
    alerts,1) api "$(default_account)" GET /api/v1/alerts; return ;;
    prices,[12]) api "$(default_account)" GET "/api/v1/tariffs?limit=1000${ARGS[1]:+&state=$(encoded "${ARGS[1]}")}"; return ;;
    refund-rules,[12] | conversions,[12] | tax-rates,[12] | fiscal-years,[12] | allowance-order,1)
      api "$(default_account)" GET "/api/v1/$(encoded "${ARGS[0]}")?limit=1000${ARGS[1]:+&state=$(encoded "${ARGS[1]}")}"
      return
      ;;
    class,2) api "$(default_account)" GET "/api/v1/projects/$(encoded "${ARGS[1]}")/customer-class"; return ;;
    payer,2) api "$(default_account)" GET "/api/v1/projects/$(encoded "${ARGS[1]}")/payer"; return ;;
    contracts,2) api "$(default_account)" GET "/api/v1/projects/$(encoded "${ARGS[1]}")/contracts"; return ;;
    wallet,2) api "$(default_account)" GET "/api/v1/wallets/$(encoded "${ARGS[1]}")"; return ;;
    postings,2) api "$(default_account)" GET "/api/v1/wallets/$(encoded "${ARGS[1]}")/postings"; return ;;
    approve,[3-9] | approve,[1-9][0-9]* | reject,[3-9] | reject,[1-9][0-9]*)
      [[ ${ARGS[1]} =~ ^[0-9]{1,18}$ ]] || die "a proposal is a number, not ${ARGS[1]}"
      id=${ARGS[1]}
      path=/api/v1/proposals/$id/decision
      body="{\"approve\":$([ "${ARGS[0]}" = approve ] && printf true || printf false),\"reason\":\"$(json_text "${ARGS[*]:2}")\"}"
      ;;
    top-up,2 | correct,2 | refund-rule,1 | price,1 | top-up,1 | correct,1 | class,1 | payer,1 | conversion,1 | allowance,[12] | end-price,[12]) die "${ARGS[0]} needs JSON too: see docs/accounting.md" ;;
    top-up,3) path=/api/v1/wallets/$(encoded "${ARGS[1]}")/top-ups body=${ARGS[2]} ;;
    credit,3) path=/api/v1/wallets/$(encoded "${ARGS[1]}")/credit-line body=${ARGS[2]} ;;
    correct,3) path=/api/v1/wallets/$(encoded "${ARGS[1]}")/corrections body=${ARGS[2]} ;;
    refund-rule,2) path=/api/v1/refund-rules body=${ARGS[1]} ;;
    class,3) path=/api/v1/projects/$(encoded "${ARGS[1]}")/customer-class body=${ARGS[2]} ;;
    payer,3) path=/api/v1/projects/$(encoded "${ARGS[1]}")/payer body=${ARGS[2]} ;;
    conversion,2) path=/api/v1/conversions body=${ARGS[1]} ;;
    refund,2) path=/api/v1/refunds body=${ARGS[1]} ;;
    allowance,3) path=/api/v1/wallets/$(encoded "${ARGS[1]}")/allowances body=${ARGS[2]} ;;
    contract,3) path=/api/v1/projects/$(encoded "${ARGS[1]}")/contracts body=${ARGS[2]} ;;
    allowance-order,2) path=/api/v1/allowance-order body=${ARGS[1]} ;;
    price,2) path=/api/v1/tariffs body=${ARGS[1]} ;;
    tax-rate,2) path=/api/v1/tax-rates body=${ARGS[1]} ;;
    fiscal-year,2) path=/api/v1/fiscal-years body=${ARGS[1]} ;;
    end-price,3)
      [[ ${ARGS[1]} =~ ^[0-9]{1,18}$ ]] || die "a price is a number, not ${ARGS[1]}: see ./queqiao money prices"
      path=/api/v1/tariffs/$(encoded "${ARGS[1]}")/end body=${ARGS[2]}
      ;;
    *) die "it is written ./queqiao money [list | prices [STATE] | refund-rules [STATE] | conversions [STATE] | tax-rates [STATE] | tax-rate JSON | fiscal-years [STATE] | fiscal-year JSON | allowance-order | class PROJECT | payer PROJECT | end-price NUMBER JSON | alerts | wallet PROJECT | postings PROJECT | top-up PROJECT JSON | credit PROJECT JSON | correct PROJECT JSON | price JSON | class PROJECT JSON | payer PROJECT JSON | conversion JSON | allowance PROJECT JSON | allowance-order JSON | contracts PROJECT | contract PROJECT JSON | refund-rule JSON | refund JSON | approve NUMBER REASON | reject NUMBER REASON]" ;;
  esac
  api "$(default_account)" POST "$path" -H 'Content-Type: application/json' --data-binary "$body"
}

# audit [--actor NAME] [--kind FACT] [--about WHAT] [--from TIME] [--to TIME] [--json]: who changed what, and why.
client_audit() {
  running
  take_account
  local query=() at
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --actor | --kind | --about) [ -n "${2:-}" ] || die "$1 needs a value"; query+=(--url-query "${1#--}=$2") ;;
      --from | --to)
        at=${2:-}
        # Fewer digits are a day such as 20261101, not a moment of 1970; four alone are a year, which date(1) takes for an hour.
        [[ $at =~ ^[0-9]{12,15}$ ]] ||
          { [[ ! $at =~ ^[0-9]{1,4}$ ]] && at=$(date -d "${at:-no time}" +%s%3N 2>/dev/null); } ||
          die "$1 needs a time: epoch milliseconds of 12 digits or more, or a date as date(1) reads it, such as 2026-11-01"
        query+=(--url-query "${1#--}=$at")
        ;;
      *) die "audit does not know $1; see ./queqiao help" ;;
    esac
    shift 2
  done
  if [ "$JSON" = yes ]; then
    api "$(default_account)" GET /api/v1/audit --url-query format=json "${query[@]}"
  else
    api_file "$(default_account)" /api/v1/audit --url-query format=csv "${query[@]}"
  fi
}

# Runs whose node vanished: lost-runs [list [OPEN|SEEN] | seen JOB.RUN,... REASON]
client_lost_runs() {
  running
  take_account
  local runs= each
  case ${ARGS[0]:-list},${#ARGS[@]} in
    list,[01]) api "$(default_account)" GET /api/v1/lost-runs; return ;;
    list,2) api "$(default_account)" GET /api/v1/lost-runs --url-query "state=${ARGS[1]}"; return ;;
    seen,[3-9] | seen,[1-9][0-9]*)
      for each in ${ARGS[1]//,/ }; do
        [[ $each =~ ^([1-9][0-9]{0,17})\.([1-9][0-9]{0,8})$ ]] || die "a run is written JOB.RUN, such as 7.1, not $each"
        runs+="${runs:+,}{\"jobId\":${BASH_REMATCH[1]},\"run\":${BASH_REMATCH[2]}}"
      done
      ;;
    *) die "it is written ./queqiao lost-runs [list [OPEN|SEEN] | seen JOB.RUN,... REASON]" ;;
  esac
  api "$(default_account)" POST /api/v1/lost-runs/seen -H 'Content-Type: application/json' \
    --data-binary "{\"runs\":[$runs],\"reason\":\"$(json_text "${ARGS[*]:2}")\"}"
}

# Charges that somebody finds wrong: dispute [list | open TRANSACTION REASON | reject NUMBER REASON | uphold NUMBER JSON]
client_dispute() {
  running
  take_account
  local path=/api/v1/disputes body=
  case ${ARGS[0]:-list},${#ARGS[@]} in
    list,[01]) api "$(default_account)" GET /api/v1/disputes; return ;;
    open,[3-9] | open,[1-9][0-9]*) body="{\"transaction\":\"$(json_text "${ARGS[1]}")\",\"reason\":\"$(json_text "${ARGS[*]:2}")\"}" ;;
    reject,[3-9] | reject,[1-9][0-9]* | uphold,3)
      [[ ${ARGS[1]} =~ ^[0-9]{1,18}$ ]] || die "a dispute is a number, not ${ARGS[1]}"
      path=/api/v1/disputes/$(encoded "${ARGS[1]}")/answer
      if [ "${ARGS[0]}" = uphold ]; then body=${ARGS[2]}; else body="{\"uphold\":false,\"reason\":\"$(json_text "${ARGS[*]:2}")\"}"; fi
      ;;
    *) die "it is written ./queqiao dispute [list | open TRANSACTION REASON | reject NUMBER REASON | uphold NUMBER JSON]" ;;
  esac
  api "$(default_account)" POST "$path" -H 'Content-Type: application/json' --data-binary "$body"
}

# What projects and users may use: budget [list [PROJECT] | set JSON]
client_budget() {
  running
  take_account
  case ${ARGS[0]:-list},${#ARGS[@]} in
    list,[01]) api "$(default_account)" GET /api/v1/budgets ;;
    list,2) api "$(default_account)" GET /api/v1/budgets --url-query "project=${ARGS[1]}" ;;
    set,2) api "$(default_account)" POST /api/v1/budgets -H 'Content-Type: application/json' --data-binary "${ARGS[1]}" ;;
    *) die "it is written ./queqiao budget [list [PROJECT] | set JSON]; what JSON has is in docs/accounting.md" ;;
  esac
}

# statement PROJECT MONTH [--pdf | --xlsx | --csv] [--lang en|zh] [--to FILE]
client_statement() {
  running
  take_account
  local form= lang=en to= words=() INTO
  set -- "${ARGS[@]}"
  while [ $# -gt 0 ]; do
    case $1 in
      --pdf | --xlsx | --csv) [ -z "$form" ] || die "one form: --$form or $1"; form=${1#--}; shift ;;
      --lang) [[ ${2:-} =~ ^(en|zh)$ ]] || die "--lang needs en or zh"; lang=$2; shift 2 ;;
      --to) [ -n "${2:-}" ] || die "--to needs a file"; to=$2; shift 2 ;;
      -*) die "statement does not know $1; see ./queqiao help" ;;
      *) words+=("$1"); shift ;;
    esac
  done
  [ ${#words[@]} -eq 2 ] || die "it is written ./queqiao statement PROJECT MONTH [--pdf | --xlsx | --csv] [--lang en|zh] [--to FILE]"
  [[ ${words[0]} =~ ^[a-z][a-z0-9_.-]*$ ]] || die "${words[0]} is no name of a project"
  [[ ${words[1]} =~ ^[0-9]{4}-[0-9]{2}$ ]] || die "${words[1]} is no month, such as 2026-11"
  if [ -z "$form" ]; then
    [ -z "$to" ] || die "--to needs --pdf, --xlsx or --csv"
    api "$(default_account)" GET /api/v1/statements --url-query "project=${words[0]}" --url-query "period=${words[1]}"
    return
  fi
  to=${to:-statement-${words[0]}-${words[1]}.$form}
  INTO=$to.part
  : >"$INTO" || die "cannot write $INTO"
  api "$(default_account)" GET "/api/v1/statements/${words[0]}-${words[1]}.$form" --url-query "lang=$lang" -o "$INTO" >/dev/null
  mv "$INTO" "$to"
  printf '%s\n' "$to"
}

# import topups FILE
# import sacct|swf FILE --cluster NAME --billed|--shown [--zone ZONE] [--project NAME]
client_import() {
  running
  take_account
  case ${ARGS[0]:-} in
    topups)
      [ ${#ARGS[@]} = 2 ] || die "it is written ./queqiao import topups FILE"
      readable_file "${ARGS[1]}"
      api "$(default_account)" POST /api/v1/imports/top-ups -H 'Content-Type: text/csv' --data-binary "@${ARGS[1]}"
      ;;
    sacct | swf) import_runs ;;
    *) die "it is written ./queqiao import topups|sacct|swf FILE" ;;
  esac
}

readable_file() {
  [ -r "$1" ] && [ ! -d "$1" ] || die "cannot read $1"
}

# A file of runs goes in parts, each with the head of the file; what is known changes nothing, so that
# a file that was taken in half is sent again.
IMPORT_LINES=2000
import_runs() {
  local format=${ARGS[0]} file= cluster= mode= query=() head from=0 total sums=() answer
  set -- "${ARGS[@]:1}"
  while [ $# -gt 0 ]; do
    case $1 in
      --billed | --shown) mode=${1#--}; shift; continue ;;
      --cluster | --zone | --project)
        [ -n "${2:-}" ] || die "$1 needs a value"
        [ "$1" = --cluster ] && cluster=$2
        query+=(--url-query "${1#--}=$2")
        shift 2
        continue
        ;;
      -*) die "import $format does not know $1; see ./queqiao help" ;;
    esac
    [ -z "$file" ] || die "one file at a time: what is $1?"
    file=$1
    shift
  done
  [ -n "$file" ] && [ -n "$cluster" ] && [ -n "$mode" ] ||
    die "it is written ./queqiao import $format FILE --cluster NAME --billed (or --shown)"
  readable_file "$file"
  if [ "$format" = sacct ]; then
    head=1
  else
    head=$(awk '!/^[[:space:]]*(;|$)/ { exit } { n++ } END { print n + 0 }' "$file")
  fi
  total=$(awk 'END { print NR }' "$file")
  while :; do
    answer=$(api "$(default_account)" POST /api/v1/imports/runs --url-query "format=$format" --url-query "mode=$mode" \
      --url-query "shift=$from" "${query[@]}" -H 'Content-Type: text/plain' --data-binary @<(
        head -n "$head" "$file"
        tail -n +$((head + from + 1)) "$file" | head -n $IMPORT_LINES
      )) || return 1
    [ "$from" != 0 ] || sed -n 's/.*"warnings" *: *\[ *\([^]]*[^] ]\) *\].*/note: \1/p' <<<"$answer"
    sum_import "$answer"
    from=$((from + IMPORT_LINES))
    [ $((head + from)) -lt "$total" ] || break
  done
  printf '%s\n' "recorded ${sums[0]} runs with ${sums[4]} core-ms; known ${sums[1]} with ${sums[5]} core-ms; repeated ${sums[2]};" \
    "passed over ${sums[3]} lines; put aside ${sums[6]} lines"
}

# Adds one answer to the sums of the caller, and prints what was put aside.
sum_import() {
  local i=0 name figure aside
  for name in recorded known repeated passedOver recordedCoreMs knownCoreMs; do
    figure=$(sed -n "s/.*\"$name\" *: *\([0-9]*\).*/\1/p" <<<"$1" | head -n 1)
    sums[i]=$((${sums[i]:-0} + ${figure:-0}))
    i=$((i + 1))
  done
  # A reason may hold braces; a quote within it has a backslash before it.
  aside=$(sed 's/{ *"line" *:/\n&/g' <<<"$1" |
    sed -n 's/^{ *"line" *: *\([0-9]*\), *"reason" *: *"\(\([^"\\]\|\\.\)*\)".*/line \1: \2/p')
  [ -z "$aside" ] || printf '%s\n' "$aside"
  sums[i]=$((${sums[i]:-0} + $(grep -c . <<<"$aside" || true)))
}

# json_text TEXT: as it stands between the quotes of a JSON text.
json_text() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  printf '%s' "${text//[[:cntrl:]]/ }"
}

client_nodes() {
  running
  take_account
  case ${ARGS[0]:-list} in
    list) only 1; api "$(default_account)" GET /api/v1/nodes -H "$(answer_type)" ;;
    drain) takes 2 "nodes drain NODE REASON"; owner POST "/nodes/$(encoded "${ARGS[1]}")/drain" --data-urlencode "reason=${ARGS[*]:2}" ;;
    resume) takes 2 "nodes resume NODE"; owner POST "/nodes/$(encoded "${ARGS[1]}")/resume" ;;
    set) takes 3 "nodes set NODE JSON"; api "$(default_account)" PUT "/api/v1/nodes/$(encoded "${ARGS[1]}")/settings" -H 'Content-Type: application/json' --data-binary "${ARGS[2]}" ;;
    *) die "nodes knows list, drain NODE REASON, resume NODE and set NODE JSON" ;;
  esac
}

# What the owner of the data folder does, no account.
owner_alone() {
  local each
  for each in "${ARGS[@]}"; do
    [ "$each" != --as ] || die "$1 is for the owner of the data folder and acts for no account: leave --as away"
  done
}

client_account() {
  running
  owner_alone account
  local password
  case ${ARGS[0]:-} in
    add) takes 2 "account add USER [UNIXUSER [PROJECT]]"; owner POST /users --data-urlencode "user=${ARGS[1]}" --data-urlencode "unixUser=${ARGS[2]:-}" --data-urlencode "project=${ARGS[3]:-}" ;;
    role) takes 3 "account role USER ROLE"; owner POST /roles --data-urlencode "user=${ARGS[1]}" --data-urlencode "role=${ARGS[2]}" ;;
    password)
      takes 2 "account password USER"
      # A file without a line end at its end is a whole line too.
      IFS= read -rsp 'New password: ' password || [ -n "$password" ]
      printf '\n' >&2
      printf '%s' "$password" | owner POST /passwords --data-urlencode "user=${ARGS[1]}" --data-urlencode password@-
      ;;
    *) die "account knows add USER UNIXUSER PROJECT, role USER ROLE and password USER" ;;
  esac
}

client_project() {
  running
  owner_alone project
  case ${ARGS[0]:-} in
    add) takes 3 "project add NAME DOMAIN"; owner POST /projects --data-urlencode "project=${ARGS[1]}" --data-urlencode "domain=${ARGS[2]}" ;;
    member) takes 3 "project member PROJECT USER [MANAGER]"; owner POST /members --data-urlencode "project=${ARGS[1]}" --data-urlencode "user=${ARGS[2]}" --data-urlencode "rank=${ARGS[3]:-MEMBER}" ;;
    pi) takes 3 "project pi PROJECT USER"; owner POST /projects/settings --data-urlencode "project=${ARGS[1]}" --data-urlencode "pi=${ARGS[2]}" ;;
    cost-centre)
      [ ${#ARGS[@]} -lt 3 ] || [ -n "${ARGS[*]:2}" ] || die "a project without a cost centre is written ./queqiao project cost-centre ${ARGS[1]} -"
      takes 3 "project cost-centre PROJECT TEXT (or -)"; owner POST /projects/settings --data-urlencode "project=${ARGS[1]}" --data-urlencode "costCentre=${ARGS[*]:2}"
      ;;
    *) die "project knows add NAME DOMAIN, member PROJECT USER [MANAGER], pi PROJECT USER and cost-centre PROJECT TEXT; money is changed by two people: see ./queqiao money" ;;
  esac
}

# Short jobs that leave one core free and are over within half a minute.
demo_jobs() {
  local account number=0 most
  most=$(nproc)
  for account in researcher1 researcher2 researcher1; do
    number=$((number + 1))
    [ $number -lt "$most" ] || break
    printf '#!/bin/bash\necho "sample %s on $(hostname) as $(id -un)"\nfor i in 1 2 3 4 5; do echo "step $i"; sleep 1; done\n' "$number" |
      api "$account" POST /api/v1/jobs -H 'Content-Type: text/x-shellscript' -H 'Accept: text/plain' \
        -H "Idempotency-Key: demo-$number" --retry 5 --url-query "name=sample-$number" --data-binary @- >/dev/null
  done
}
