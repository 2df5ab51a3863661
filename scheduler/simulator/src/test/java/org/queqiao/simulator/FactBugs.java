package org.queqiao.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.queqiao.contract.codec.EventCodec.ActedEvent;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobStarted;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.Dependency;
import org.queqiao.contract.job.DependencyRule;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.JobTerms;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.eventlog.EventLog;

/** Bugs that put wrong facts into the log. */
final class FactBugs {
  private FactBugs() {}

  private static Seams rewriting(UnaryOperator<ActedEvent> bug) {
    return new Seams() {
      @Override
      public EventLog log(EventLog log) {
        return new RewritingLog(log) {
          @Override
          ActedEvent rewrite(ActedEvent fact) {
            return bug.apply(fact);
          }
        };
      }
    };
  }

  private static Seams events(UnaryOperator<Event> bug) {
    return rewriting(fact -> new ActedEvent(fact.actor(), bug.apply(fact.event())));
  }

  private static Seams allocations(UnaryOperator<Allocation> bug) {
    return events(event ->
        event instanceof JobAllocated allocated
            ? new JobAllocated(allocated.run(), allocated.allocations().stream().map(bug).toList())
            : event);
  }

  /** Every run gets the first cores of its node. */
  static Seams sharedCore() {
    return allocations(allocation -> {
      List<Integer> first = new ArrayList<>();
      for (int core = 0; core < allocation.cores().size(); core++) {
        first.add(core);
      }
      return new Allocation(allocation.node(), first, allocation.memBytes(), allocation.gres());
    });
  }

  static Seams tooMuchMemory() {
    return allocations(allocation ->
        new Allocation(allocation.node(), allocation.cores(), 1L << 40, allocation.gres()));
  }

  /** Where a run starts, a job that has ended ends once more. */
  static Seams secondEnd() {
    List<ActedEvent> ends = new ArrayList<>();
    return rewriting(fact -> {
      if (fact.event() instanceof JobStarted && !ends.isEmpty()) {
        return ends.removeFirst();
      }
      if (fact.event() instanceof JobEnded) {
        ends.add(fact);
      }
      return fact;
    });
  }

  /** The log knows of limits of one, of which the machine has not heard. */
  static Seams forgottenLimits() {
    return events(event ->
        event instanceof RulesSet set && !set.rules().limits().isEmpty()
            ? new RulesSet(set.subject(), new Rules(1, null, List.of(), null, 0, one(set)))
            : event);
  }

  private static List<Limit> one(RulesSet set) {
    return set.rules().limits().stream()
        .map(each -> new Limit(each.scope(), each.quantity(), each.gres(), 1))
        .toList();
  }

  static Seams wrongAttempt() {
    return events(event ->
        event instanceof JobAllocated allocated
            ? new JobAllocated(
                new RunId(allocated.run().job(), allocated.run().attempt() + 1),
                allocated.allocations())
            : event);
  }

  /** The log remembers another name of the job than the machine. */
  static Seams otherName() {
    return events(event ->
        event instanceof JobSubmitted submitted
            ? new JobSubmitted(
                submitted.job(),
                submitted.user(),
                submitted.unixUser(),
                submitted.uid(),
                renamed(submitted.spec()),
                submitted.idempotencyKey(),
                submitted.requestHash())
            : event);
  }

  /** The log knows of a dependency that the machine has not heard of, and that cannot be met. */
  static Seams forgottenDependency() {
    return events(event ->
        event instanceof JobSubmitted submitted
                && submitted.spec().terms().equals(JobTerms.DEFAULT)
                && submitted.spec().array() == null
            ? new JobSubmitted(
                submitted.job(),
                submitted.user(),
                submitted.unixUser(),
                submitted.uid(),
                copy(
                    submitted.spec(),
                    submitted.spec().name(),
                    new JobTerms(
                        0,
                        0,
                        0,
                        new DependencyRule(
                            false,
                            List.of(new Dependency(Dependency.Kind.AFTER_OK, submitted.job(), 0))),
                        false,
                        true)),
                submitted.idempotencyKey(),
                submitted.requestHash())
            : event);
  }

  /** The log knows of a wish that the machine has not heard of, and that no node meets. */
  static Seams forgottenWish() {
    return wishing(JobPlacement.builder().excludeNodes("n0,n1,n2,n3,n4,n5").build());
  }

  /** The last node of a component is taken for one of the job's own. */
  static Seams misplacedComponents() {
    return events(event -> {
      if (event instanceof JobAllocated run && run.allocations().getLast().component() > 0) {
        List<Allocation> misplaced = new ArrayList<>(run.allocations());
        misplaced.add(misplaced.removeLast().of(0));
        return new JobAllocated(run.run(), misplaced, run.predictedMs(), run.reservation());
      }
      return event;
    });
  }

  /** All nodes of a run shall be odd, or all even: its last one becomes one of the others. */
  static Seams mixedAlternatives() {
    TreeSet<JobId> alike = new TreeSet<>();
    TreeSet<NodeName> nodes = new TreeSet<>();
    return events(event -> {
      if (event instanceof NodeRegistered registered) {
        nodes.add(registered.facts().name());
      } else if (event instanceof JobSubmitted submitted
          && submitted.spec().placement().constraint().equals("[odd|even]")) {
        alike.add(submitted.job());
      } else if (event instanceof JobAllocated run
          && run.allocations().size() > 1
          && alike.contains(run.run().job())) {
        List<Allocation> mixed = new ArrayList<>(run.allocations());
        Allocation last = mixed.removeLast();
        NodeName other =
            nodes.stream()
                .filter(each -> isOdd(each) != isOdd(last.node()))
                .findFirst()
                .orElse(null);
        if (other != null) {
          mixed.add(new Allocation(other, last.cores(), last.memBytes(), last.gres()));
          return new JobAllocated(run.run(), mixed, run.predictedMs(), run.reservation());
        }
      }
      return event;
    });
  }

  private static boolean isOdd(NodeName node) {
    return Integer.parseInt(node.value().substring(1)) % 2 == 1;
  }

  /** The log knows that jobs use more licences than the site has. */
  static Seams uncountedLicences() {
    return wishing(JobPlacement.builder().licences(Map.of("solver", 3)).build());
  }

  /** The log knows of a reservation that begins two minutes before the machine keeps its node. */
  static Seams reservationKeptTooLate() {
    long earlierMs = 120_000;
    return events(event ->
        event instanceof ReservationDefined(Reservation rules)
            ? new ReservationDefined(
                new Reservation(
                    rules.name(),
                    rules.title(),
                    rules.startMs() - earlierMs,
                    rules.durationMs() + earlierMs,
                    rules.repeat(),
                    rules.untilMs(),
                    rules.nodes(),
                    rules.users(),
                    rules.projects(),
                    rules.maintenance(),
                    rules.magnetic(),
                    rules.endsJobs()))
            : event);
  }

  /** The log knows that jobs run in a reservation of which the machine has not heard. */
  static Seams forgottenReservation() {
    return events(event ->
        event instanceof JobSubmitted submitted && submitted.spec().reservation() == null
            ? new JobSubmitted(
                submitted.job(),
                submitted.user(),
                submitted.unixUser(),
                submitted.uid(),
                submitted.spec().toBuilder().reservation(new ReservationName("other")).build(),
                submitted.idempotencyKey(),
                submitted.requestHash())
            : event);
  }

  /** A run that is pushed aside gets another grace time than its rules say. */
  static Seams otherGrace() {
    return events(event ->
        event instanceof JobKillRequested kill && kill.preemptor() != null
            ? new JobKillRequested(
                kill.run(), kill.cause(), kill.preemptor(), kill.graceMs() + 1, kill.claims())
            : event);
  }

  /** A run that was stopped for a job is asked to go on while that job has its cores. */
  static Seams goesOnTooEarly() {
    Map<RunId, JobId> asked = new HashMap<>();
    Map<JobId, RunId> below = new HashMap<>();
    return rewriting(fact -> {
      switch (fact.event()) {
        case JobSuspendRequested e when e.preemptor() != null -> asked.put(e.run(), e.preemptor());
        case JobSuspendRequested e -> below.remove(asked.remove(e.run()));
        case JobSuspended e when asked.containsKey(e.run()) ->
            below.put(asked.get(e.run()), e.run());
        case JobStarted e when below.containsKey(e.run().job()) -> {
          RunId run = below.remove(e.run().job());
          return new ActedEvent(Actor.SCHEDULER, new JobSuspendRequested(run, false));
        }
        default -> {
          // as it was
        }
      }
      return fact;
    });
  }

  /** A run is suspended with the word of the first of its nodes. */
  static Seams oneNodeIsEnough(boolean forAnother) {
    Set<RunId> asked = new HashSet<>();
    return rewriting(fact -> {
      if (fact.event() instanceof JobSuspendRequested e && e.preemptor() != null == forAnother) {
        asked.add(e.run());
      }
      return fact.event() instanceof RunPartSuspended e && asked.remove(e.run())
          ? new ActedEvent(fact.actor(), new JobSuspended(e.run(), e.atMs(), false))
          : fact;
    });
  }

  private static Seams wishing(JobPlacement placement) {
    return events(event ->
        event instanceof JobSubmitted submitted && submitted.spec().placement().isDefault()
            ? new JobSubmitted(
                submitted.job(),
                submitted.user(),
                submitted.unixUser(),
                submitted.uid(),
                submitted.spec().toBuilder().placement(placement).build(),
                submitted.idempotencyKey(),
                submitted.requestHash())
            : event);
  }

  private static JobSpec renamed(JobSpec spec) {
    return copy(spec, "other", spec.terms());
  }

  private static JobSpec copy(JobSpec spec, String name, JobTerms terms) {
    return spec.toBuilder().name(name).terms(terms).build();
  }

  static Seams endAtZero() {
    return events(
        event -> event instanceof JobEnded ended ? ended(ended, 0, ended.operator()) : event);
  }

  /** The end of a run does not say that an operator told it to end. */
  static Seams forgottenOperator() {
    return events(
        event -> event instanceof JobEnded ended ? ended(ended, ended.endMs(), null) : event);
  }

  private static JobEnded ended(JobEnded ended, long endMs, OperatorCause operator) {
    return new JobEnded(
        ended.job(),
        ended.attempt(),
        ended.state(),
        endMs,
        ended.exit(),
        ended.nodeTimeRejected(),
        ended.detail(),
        operator);
  }

  static Seams otherActor() {
    return rewriting(fact ->
        fact.event() instanceof JobSubmitted
            ? new ActedEvent(Actor.user(new UserName("admin")), fact.event())
            : fact);
  }

  static Seams sameNumber() {
    return events(event -> event instanceof JobSubmitted submitted ? withJob(submitted, 1) : event);
  }

  private static JobSubmitted withJob(JobSubmitted submitted, long job) {
    return new JobSubmitted(
        new JobId(job),
        submitted.user(),
        submitted.unixUser(),
        submitted.uid(),
        submitted.spec(),
        submitted.idempotencyKey(),
        submitted.requestHash());
  }

  /** All jobs of a user are stored under the first key that the user sent. */
  static Seams oneKey() {
    TreeMap<UserName, String> first = new TreeMap<>();
    return events(event -> {
      if (!(event instanceof JobSubmitted submitted)) {
        return event;
      }
      first.putIfAbsent(submitted.user(), submitted.idempotencyKey());
      return new JobSubmitted(
          submitted.job(),
          submitted.user(),
          submitted.unixUser(),
          submitted.uid(),
          submitted.spec(),
          first.get(submitted.user()),
          submitted.requestHash());
    });
  }
}
