package org.queqiao.server.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.account.MemberRank;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.MembershipSet;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ProjectDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.UserDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.SchedulerMachine;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobChange;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;
import org.queqiao.testkit.SeededProperty;
import org.queqiao.testkit.Step;
import org.queqiao.testkit.TestSize;

/**
 * What is shown of predicted run times, promised starts and of whom runs made room for is what the
 * scheduler goes by, after every fact of random histories, and after a restart in the middle of
 * them.
 */
final class ForeseenPropertyTest {
  private static final int SEEDS = TestSize.ciOrFull(40, 2_000);
  private static final int STEPS = 150;
  private static final long HOUR_MS = 3_600_000;
  private static final Actor OWNER = Actor.localOwner("root");
  private static final ProjectName PROJECT = new ProjectName("climate");

  private int predicted;
  private int promised;
  private int preempted;

  @Test
  void isWhatTheSchedulerGoesBy() {
    SeededProperty.holds(SEEDS, Histories::new);
    assertThat(predicted).as("runs that were started by a prediction").isGreaterThan(SEEDS * 10);
    assertThat(promised).as("promises that were looked at").isGreaterThan(SEEDS * 10);
    assertThat(preempted).as("jobs that were pushed aside").isGreaterThan(SEEDS);
  }

  private final class Histories implements SeededProperty.Case<Step> {
    private final long seed;

    private Histories(long seed) {
      this.seed = seed;
    }

    @Override
    public List<Step> moves() {
      return Step.drawn(new SplittableRandom(seed), STEPS);
    }

    @Override
    public void plays(List<Step> moves, Consumer<String> says) {
      new History(seed % 4 == 3, says).run(moves);
    }
  }

  private final class History {
    private final boolean promisesAll;
    private final Consumer<String> says;
    private SplittableRandom random;
    private final SchedulerMachine machine = new SchedulerMachine();
    private final List<Throwable> faults = new ArrayList<>();
    private ClusterView view = new ClusterView(machine.image(), 10_000, faults::add);
    private long nowMs = 1_760_000_000_000L;

    private History(boolean promisesAll, Consumer<String> says) {
      this.promisesAll = promisesAll;
      this.says = says;
    }

    private void run(List<Step> steps) {
      site();
      for (Step step : steps) {
        random = step.dice();
        move();
        while (tell(new Input.PlanPass()) instanceof Reply.Planned planned && planned.more()) {
          // until the pass is over
        }
        if (random.nextInt(40) == 0) {
          view = new ClusterView(machine.image(), 10_000, faults::add);
        }
        compare();
      }
    }

    private void site() {
      tell(
          new Input.DefinePartition(
              OWNER,
              new PartitionDefined(new PartitionName("batch"), true, HOUR_MS, 24 * HOUR_MS)));
      DomainCode earth = new DomainCode("earth");
      tell(new Input.DefineDomain(OWNER, new DomainDefined(earth, "Earth science")));
      tell(
          new Input.DefineProject(
              OWNER,
              new ProjectDefined(PROJECT, "Climate", List.of(new DomainShare(earth, 1000)))));
      for (int i = 0; i < 3; i++) {
        UserName user = new UserName("user" + i);
        tell(
            new Input.DefineUser(
                OWNER, new UserDefined(user, user.value(), user.value(), 1001 + i, PROJECT)));
        tell(new Input.SetMembership(OWNER, new MembershipSet(PROJECT, user, MemberRank.MEMBER)));
      }
      for (int i = 0; i < 2; i++) {
        NodeFacts facts =
            new NodeFacts(new NodeName("n" + i), "b", 4, 4L << 30, List.of(), "1", "6", List.of());
        tell(new Input.RegisterNode(facts.suspending(), List.of(), List.of()));
      }
      if (promisesAll) {
        tell(
            new Input.DefineScheduling(
                OWNER, new SchedulingDefined(SchedulingDefined.CONSERVATIVE, 1)));
      }
      qos("ended", List.of(), PreemptMode.CANCEL);
      qos("again", List.of(), PreemptMode.REQUEUE);
      qos("still", List.of(), PreemptMode.SUSPEND);
      List<QosName> all = List.of(new QosName("ended"), new QosName("again"), new QosName("still"));
      qos("urgent", all, PreemptMode.OFF);
    }

    private void qos(String name, List<QosName> preempts, PreemptMode mode) {
      QosDefined qos =
          new QosDefined(new QosName(name), name, 0, preempts, new PreemptRules(mode, 0, 0));
      tell(new Input.DefineQos(OWNER, qos));
    }

    private void move() {
      Actor user = Actor.user(new UserName("user" + random.nextInt(3)));
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> tell(new Input.SubmitJob(user, request(), "", new byte[0]));
        case 4 -> tell(new Input.CancelJob(user, job()));
        case 5 ->
            tell(
                random.nextBoolean()
                    ? new Input.HoldJob(user, job())
                    : new Input.ReleaseJob(user, job()));
        case 6 -> tell(new Input.RequeueJob(user, job()));
        case 7 ->
            tell(
                new Input.ChangeJob(
                    user,
                    job(),
                    new JobChange(new TreeSet<>(List.of("limitMs")), request(), null),
                    null));
        default -> later();
      }
    }

    private JobRequest request() {
      byte[] script = ("#!/bin/sh\n" + random.nextInt(2)).getBytes(StandardCharsets.UTF_8);
      JobRequest.Builder request =
          JobRequest.builder(script)
              .name("kind" + random.nextInt(2))
              .nodes(1)
              .tasks(1)
              .cpusPerTask(1 + random.nextInt(4))
              .limitMs(HOUR_MS + random.nextInt(3) * HOUR_MS);
      if (random.nextInt(3) == 0) {
        List<String> qos = List.of("ended", "again", "still", "urgent");
        request.qos(new QosName(qos.get(random.nextInt(4)))).memBytes(1L << 20);
      }
      if (random.nextInt(4) == 0) {
        request.array("1-" + (1 + random.nextInt(4)));
      }
      return request.build();
    }

    private JobId job() {
      return new JobId(Math.max(1, machine.state().lastJobId() - random.nextInt(12)));
    }

    private void later() {
      nowMs += 1 + random.nextLong(HOUR_MS);
      tell(new Input.Tick());
      for (ClusterImage.JobImage each : machine.image().jobs()) {
        if (!each.allocations().isEmpty() && !each.state().isTerminal() && random.nextInt(3) == 0) {
          RunId run = new RunId(each.id(), each.attempt());
          RunExit exit = new RunExit(run, RunExit.Kind.EXITED, 0, 0, nowMs - 1, nowMs, 1, 1, 1, "");
          tell(new Input.RunEnded(each.allocations().getFirst().node(), exit));
        }
      }
    }

    private Reply tell(Input input) {
      says.accept(nowMs + " " + input);
      Decision decision = machine.decide(input, nowMs);
      for (Fact fact : decision.facts()) {
        LoggedEvent event =
            new LoggedEvent(
                machine.state().position() + 1,
                1,
                Math.max(nowMs, machine.state().timeMs()),
                fact.actor(),
                fact.event());
        machine.apply(event);
        view.committed(List.of(event));
        assertThat(faults).isEmpty();
      }
      return decision.reply();
    }

    private void compare() {
      for (ClusterImage.JobImage job : machine.image().jobs()) {
        JobEntry.Foreseen shown = view.jobs().find(job.id().value()).foreseen();
        Integer task =
            job.array() == null || job.array().promised() == null
                ? null
                : (Integer) job.spec().array().tasks().at(job.array().promised());
        assertThat(shown)
            .as("of job %s, which is %s", job.id(), job.state())
            .isEqualTo(new JobEntry.Foreseen(job.predictedMs(), job.promisedMs(), task));
        assertThat(view.jobs().find(job.id().value()).status().preemptedBy())
            .as("for whom job %s, which is %s, made room", job.id(), job.state())
            .isEqualTo(job.preemptedBy());
        preempted += job.preemptedBy() != null ? 1 : 0;
        predicted += job.predictedMs() != 0 ? 1 : 0;
        promised += job.promisedMs() != 0 ? 1 : 0;
      }
    }
  }
}
