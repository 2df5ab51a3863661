# Lines of the sources of the programs that run as root, blank ones left out. A program that grows past
# its number here is a question; one that shrinks writes its new number.
set(LAUNCHER_MOST 1787) # its own files, of these 8 go on without devices that were only found, 40 are the lease of an order, its file and that it says so (28 make the file whole, or say that there are no leases), 5 the folder for counters, without which runs have no series
set(MONITOR_MOST 1636) # of these 30 keep what prolog and epilog use out of what is counted of a run, 106 end a run whose lease is over (20 count its grace from there), 77 hand counters out, 50 start the host of a run beside its script, 65 see whether links lead it below /tmp
set(SHARED_MOST 1182) # control groups, devices, identity, records, processes (19 ask whether who starts a step takes a signal), events

string(REPLACE "," ";" LAUNCHER ${LAUNCHER})
string(REPLACE "," ";" MONITOR ${MONITOR})

function(count_lines total)
  set(sum 0)
  foreach(file IN LISTS ARGN)
    file(STRINGS ${ROOT}/${file} lines REGEX "[^ ]")
    list(LENGTH lines length)
    math(EXPR sum "${sum} + ${length}")
  endforeach()
  set(${total} ${sum} PARENT_SCOPE)
endfunction()

set(shared)
cmake_policy(SET CMP0057 NEW)
foreach(file IN LISTS LAUNCHER)
  if(file IN_LIST MONITOR)
    list(APPEND shared ${file})
  endif()
endforeach()
list(REMOVE_ITEM LAUNCHER ${shared})
list(REMOVE_ITEM MONITOR ${shared})
foreach(kind LAUNCHER MONITOR)
  count_lines(${kind}_LINES ${${kind}})
endforeach()
count_lines(SHARED_LINES ${shared})
foreach(kind LAUNCHER MONITOR SHARED)
  message("${kind}: ${${kind}_LINES} lines, at most ${${kind}_MOST}")
  if(${kind}_LINES GREATER ${kind}_MOST)
    message(SEND_ERROR "${kind} has grown")
  endif()
endforeach()
