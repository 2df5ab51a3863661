package org.queqiao.simulator;

import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.queqiao.simulator.check.Invariant;
import org.queqiao.simulator.fault.Fault;
import org.queqiao.simulator.fault.FaultPlan;
import org.queqiao.simulator.node.AgentKillPoint;

/** One planted bug for each invariant. The check of that invariant must report it. */
enum Canary {
  TWO_RUNS_ON_A_CORE(Invariant.I1, FactBugs::sharedCore),
  MORE_MEMORY_THAN_THERE_IS(Invariant.I2, FactBugs::tooMuchMemory),
  JOB_TOLD_TO_TWO_NODES(Invariant.I3, NodeBugs::runOnSecondNode),
  RESTORED_FROM_AN_OLD_COPY(
      Invariant.I4,
      StoreBugs::oldCopy,
      plan(new Fault.KillServer(25_000, 500), new Fault.KillServer(60_000, 500))),
  ENDS_TWICE(Invariant.I5, FactBugs::secondEnd),
  SECOND_ATTEMPT_BEFORE_THE_FIRST(Invariant.I6, FactBugs::wrongAttempt),
  ANSWERS_WITHOUT_A_SYNC(Invariant.I7, StoreBugs::noSync),
  MACHINE_REMEMBERS_OTHERWISE(Invariant.I8, FactBugs::otherName),
  TIME_RUNS_BACK(Invariant.I9, StoreBugs::timeBack),
  BIT_FLIPS_ON_THE_DISK(
      Invariant.I10, StoreBugs::flippedBit, plan(new Fault.KillServer(60_000, 500))),
  ENTRY_THAT_NOBODY_WROTE(Invariant.I11, StoreBugs::foreignEpoch),
  AGENT_IGNORES_EPOCHS(
      Invariant.I12,
      NodeBugs::noEpochCheck,
      plan(
          new Fault.KillServer(20_000, 100),
          new Fault.KillServer(35_000, 100),
          new Fault.KillServer(50_000, 100),
          new Fault.KillServer(65_000, 100))),
  LAUNCHER_AND_AGENT_FORGET(
      Invariant.I13,
      NodeBugs::forgetfulLauncher,
      plan(
          new Fault.KillAgentAt(
              1_000, 0, AgentKillPoint.AFTER_FORK_BEFORE_RECEIPT.pointName(), 1, 100),
          new Fault.KillAgentAt(
              1_000, 1, AgentKillPoint.AFTER_FORK_BEFORE_RECEIPT.pointName(), 1, 100))),
  ENDED_RUN_TOLD_TO_ANOTHER_NODE(Invariant.I14, NodeBugs::endedRunElsewhere),
  END_REPORTED_TOO_EARLY(
      Invariant.I15, NodeBugs::earlyEnd, FaultPlan.none(), scenario -> scenario.withJobs(60)),
  ORPHAN_IS_LEFT_ALONE(
      Invariant.I16,
      NodeBugs::earlyEnd,
      FaultPlan.none(),
      // Up to seed 7 another run takes the cores of the orphan, which is I15.
      scenario -> Scenario.of(scenario.seed() + 7).withJobs(1)),
  BILLS_DOUBLE(Invariant.I17, BookBugs::doubled),
  ONE_SIDE_OF_A_POSTING(Invariant.I18, BookBugs::oneSided),
  POSTS_TWICE(Invariant.I19, BookBugs::repeated),
  HOLD_IS_NOT_RELEASED(Invariant.I20, BookBugs::unreleased),
  WALLET_IS_OVERDRAWN(Invariant.I20, BookBugs::boasting),
  ENDS_BEFORE_IT_STARTS(Invariant.I23, FactBugs::endAtZero),
  LIMIT_IS_FORGOTTEN(Invariant.I24, FactBugs::forgottenLimits),
  COUNTER_IS_OFF(Invariant.I25, MachineBugs::wrongCounter),
  DEPENDENCY_IS_FORGOTTEN(Invariant.I26, FactBugs::forgottenDependency),
  ENDS_ARE_NOT_HEARD(Invariant.I28, NodeBugs::silentEnds),
  END_FORGETS_THE_OPERATOR(Invariant.I29, FactBugs::forgottenOperator),
  SUBMITTED_BY_SOMEBODY_ELSE(Invariant.I29, FactBugs::otherActor),
  LAUNCHED_AS_SOMEBODY_ELSE(Invariant.I30, NodeBugs::otherUser),
  NUMBER_IS_GIVEN_AGAIN(Invariant.I31, FactBugs::sameNumber),
  QUEUE_GROWS_PAST_ITS_BOUND(Invariant.I35, MachineBugs::overfullInbox),
  SYNC_FAILURE_IS_SWALLOWED(
      Invariant.I36,
      StoreBugs::swallowedFailure,
      plan(new Fault.FailSync(30_000, 500), new Fault.FailSync(45_000, 500))),
  KEY_MAKES_TWO_JOBS(Invariant.I37, FactBugs::oneKey),
  RESERVATION_IS_FORGOTTEN(Invariant.I38, FactBugs::forgottenReservation),
  RUN_ON_A_RESERVED_NODE(
      Invariant.I38,
      FactBugs::reservationKeptTooLate,
      FaultPlan.none(),
      scenario -> scenario.withJobs(60)),
  PUSHED_ASIDE_BY_OTHER_RULES(Invariant.I39, FactBugs::otherGrace),
  WISH_IS_FORGOTTEN(Invariant.I41, FactBugs::forgottenWish),
  NODE_OF_A_COMPONENT_IS_ANOTHERS(
      Invariant.I41,
      FactBugs::misplacedComponents,
      FaultPlan.none(),
      scenario -> scenario.withJobs(60)),
  NODES_OF_A_RUN_ARE_NOT_ALIKE(
      Invariant.I41,
      FactBugs::mixedAlternatives,
      FaultPlan.none(),
      scenario -> scenario.withJobs(60)),
  LICENCES_ARE_NOT_COUNTED(Invariant.I42, FactBugs::uncountedLicences),
  SUSPENDED_RUN_GOES_ON(Invariant.I43, NodeBugs::sleeplessRuns),
  GOES_ON_BEFORE_ITS_CORES_ARE_FREE(
      Invariant.I46, FactBugs::goesOnTooEarly, FaultPlan.none(), scenario -> scenario.withJobs(60)),
  ONE_NODE_SUSPENDS_A_RUN(
      Invariant.I43,
      () -> FactBugs.oneNodeIsEnough(false),
      FaultPlan.none(),
      scenario -> scenario.withJobs(60)),
  ONE_NODE_GIVES_CORES_AWAY(
      Invariant.I46,
      () -> FactBugs.oneNodeIsEnough(true),
      FaultPlan.none(),
      scenario -> scenario.withJobs(60));

  private final Invariant invariant;
  private final Supplier<Seams> bug;
  private final FaultPlan faults;
  private final UnaryOperator<Scenario> change;

  Canary(Invariant invariant, Supplier<Seams> bug) {
    this(invariant, bug, FaultPlan.none());
  }

  Canary(Invariant invariant, Supplier<Seams> bug, FaultPlan faults) {
    this(invariant, bug, faults, scenario -> scenario);
  }

  Canary(
      Invariant invariant, Supplier<Seams> bug, FaultPlan faults, UnaryOperator<Scenario> change) {
    this.invariant = invariant;
    this.bug = bug;
    this.faults = faults;
    this.change = change;
  }

  /** The invariant that the bug violates. */
  Invariant invariant() {
    return invariant;
  }

  /** A fresh bug: it remembers what it has seen. */
  Seams plant() {
    return bug.get();
  }

  /** A history in which the bug can show. */
  Scenario scenario(long seed) {
    return change.apply(Scenario.of(seed).with(faults));
  }

  private static FaultPlan plan(Fault... faults) {
    return new FaultPlan(List.of(faults));
  }
}
