# Control groups with controllers of each kind, in virtual machines: this machine has one kind alone.
add_executable(guest_init guest/init.c)
set_target_properties(guest_init PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${TEST_BIN})
target_link_options(guest_init PRIVATE -static)
add_executable(limits_test limits_test.c)
set_target_properties(limits_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${TEST_BIN})
target_link_libraries(limits_test PRIVATE harness)
add_dependencies(limits_test queqiao-launcher queqiao-monitor)

function(add_machine_test kind)
  add_test(NAME machine_${kind} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/guest/machine.sh ${CMAKE_BINARY_DIR} ${kind} ${ARGN})
  set_tests_properties(machine_${kind} PROPERTIES TIMEOUT 1900)
endfunction()

# Of tests that run elsewhere too, those in which control groups have a part: a program takes many times as long to start.
add_machine_test(
  unified
  "limits_test unified"
  "cgroup_test aDeviceThatARunWasNotGivenCannotBeOpened aChildCannotOpenItEither memoryBeyondTheLimitIsSeenAsOutOfMemory cpuTimeIsLimitedWhereAskedFor"
  "runs_test exitCodeAndOutputReachTheirPlaces usageIsMeasured twiceDeliveredOrderStartsOnce daemonIsGoneAfterTheGrace stopTermsThenKills monitorStaysBelowOneMebibyte"
  "identity_test jobHasExactlyItsUsersIdentity memoryLimitKillsAndIsNamed processLimitHoldsAgainstAForkBomb coresAreThoseOfTheOrder coreIsTheCpusThatTheNodeSays noControlGroupIsLeftBehind privateTmpOfALostMonitorIsRemovedLater"
  "suspend_test everyProcessStandsStillAndGoesOn stoppedRunIsKilled"
  "counters_test bytesOfTheNetworkAreThoseOfTheRunWithTheirHeaders")
add_machine_test(hybrid "limits_test hybrid")
add_machine_test(version-1 "limits_test version-1")
