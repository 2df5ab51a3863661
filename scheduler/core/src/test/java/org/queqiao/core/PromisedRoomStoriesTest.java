package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;
import static org.queqiao.core.SchedulerStory.GIB;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.OWNER;
import static org.queqiao.core.SchedulerStory.script;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.PromisedNodes;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.PromisedRoom;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;

/** Where several promises stand, each is kept on the nodes that it was made for. */
final class PromisedRoomStoriesTest {
  private static final long MINUTE_MS = 60_000;

  private final SchedulerStory story = SchedulerStory.site();
  private JobId onSmall;
  private JobId onLarge;

  /** Takes any node. */
  private JobId anywhere;

  /** Needs the memory of the first. */
  private JobId onFirst;

  private static JobRequest.Builder needs(int cores, long gib, long limitMs) {
    return script().cpusPerTask(cores).memBytes(gib * GIB).limitMs(limitMs);
  }

  private void node(String name, int cores, long gib) {
    story.says(SchedulerStory.facts(name, "boot-1", cores, gib * GIB));
  }

  private void promises(int reservations) {
    story.does(new Input.DefineScheduling(OWNER, new SchedulingDefined("default", reservations)));
  }

  /** The first node is taken for three hours, the second, with less memory, for one. */
  private void twoArePromisedANodeEach() {
    promises(2);
    node("n1", 4, 8);
    node("n2", 4, 4);
    node("n3", 2, 2);
    onLarge = story.submits("liwei", needs(4, 8, 3 * HOUR_MS));
    story.plans();
    onSmall = story.submits("liwei", needs(4, 4, HOUR_MS));
    story.plans();
    anywhere = story.submits("liwei", needs(4, 1, 4 * HOUR_MS));
    onFirst = story.submits("chenjie", needs(4, 6, 5 * HOUR_MS));
    story.submits("wangfang", needs(1, 1, 20 * HOUR_MS));
    story.plans();
  }

  private List<Event> promised() {
    return story.log.stream()
        .map(LoggedEvent::event)
        .filter(JobPromised.class::isInstance)
        .toList();
  }

  private static JobPromised promise(JobId job, long startMs, String nodes) {
    return new JobPromised(job, startMs, null, new PromisedNodes(0, List.of("", nodes)));
  }

  private void restarts() {
    story.machine = SchedulerMachine.from(story.machine.image());
  }

  @Test
  void aPromiseNamesItsNodes() {
    twoArePromisedANodeEach();
    assertThat(promised())
        .containsExactly(
            promise(anywhere, story.nowMs + HOUR_MS, "n2"),
            promise(onFirst, story.nowMs + 3 * HOUR_MS, "n1"));
  }

  @Test
  void nobodyIsPushedFromANodeByWhoWasPromisedAnotherOne() {
    twoArePromisedANodeEach();
    restarts();
    story.after(10 * MINUTE_MS);
    story.exits(onLarge, 0);
    story.plans();
    assertThat(story.state(onFirst)).as("the only one that may start there").isEqualTo(RUNNING);
    assertThat(story.state(anywhere)).isEqualTo(PENDING);
    story.after(50 * MINUTE_MS);
    story.exits(onSmall, 0);
    story.plans();
    assertThat(story.state(anywhere)).isEqualTo(RUNNING);
    assertThat(story.job(anywhere).promisedRoom()).isNull();
    assertThat(promised()).as("no promise is made twice").hasSize(2);
  }

  @Test
  void whoLosesItsNodeIsPromisedOtherRoomBehindThoseWhoKeepTheirs() {
    twoArePromisedANodeEach();
    long begunMs = story.nowMs;
    story.after(MINUTE_MS);
    story.does(new Input.DrainNode(OWNER, new NodeName("n2"), "fan"));
    story.plans();
    assertThat(promised().getLast()).isEqualTo(promise(anywhere, begunMs + 8 * HOUR_MS, "n1"));
    assertThat(story.job(anywhere).promisedMs())
        .as("by which its start is late")
        .isEqualTo(begunMs + HOUR_MS);
    assertThat(story.job(onFirst).promisedRoom())
        .isEqualTo(
            new PromisedRoom(begunMs + 3 * HOUR_MS, new PromisedNodes(0, List.of("", "n1"))));
    restarts();
    story.after(MINUTE_MS);
    story.submits("wangfang", needs(2, 1, HOUR_MS));
    story.plans();
    assertThat(promised()).as("nothing has changed").hasSize(3);
    story.does(new Input.ResumeNode(OWNER, new NodeName("n2")));
    story.plans();
    assertThat(promised().getLast())
        .as("room that comes earlier")
        .isEqualTo(promise(anywhere, begunMs + HOUR_MS, "n2"));
  }

  /** A run that is past its limit ends at any moment: who counts on its node is not sent away. */
  @Test
  void whoWaitsForARunPastItsLimitKeepsItsTurn() {
    twoArePromisedANodeEach();
    story.after(HOUR_MS);
    story.ticks();
    story.plans();
    story.after(10_000);
    story.submits("wangfang", needs(2, 1, HOUR_MS));
    story.plans();
    assertThat(promised()).hasSize(2);
    story.exits(onSmall, 0);
    story.plans();
    assertThat(story.state(anywhere)).isEqualTo(RUNNING);
  }

  /**
   * A promise from before nodes were stated, or from a time with one promise: the first pass says
   * where room is held for it.
   */
  @Test
  void aPromiseWithoutNodesGetsSome() {
    promises(1);
    node("n1", 4, 8);
    node("n2", 2, 2);
    story.submits("liwei", needs(4, 1, HOUR_MS));
    story.plans();
    JobId first = story.submits("liwei", needs(4, 1, HOUR_MS));
    story.submits("wangfang", needs(1, 1, 5 * HOUR_MS));
    story.plans();
    long startMs = story.nowMs + HOUR_MS;
    assertThat(promised()).containsExactly(new JobPromised(first, startMs));
    promises(2);
    story.plans();
    assertThat(promised().getLast()).isEqualTo(promise(first, startMs, "n1"));
    assertThat(story.job(first).promisedMs()).isEqualTo(startMs);
  }

  /** A whole node that is free has more cores than a limit lets it have. */
  @Test
  void whoIsRefusedAtTheLastMomentKeepsItsRoomForTheRestOfThePass() {
    promises(2);
    node("n1", 4, 8);
    node("n2", 8, 8);
    node("n3", 1, 1);
    story.submits("wangfang", needs(2, 1, HOUR_MS));
    JobId large = story.submits("wangfang", needs(8, 1, 2 * HOUR_MS));
    story.plans();
    story.does(
        new Input.SetRules(
            OWNER,
            new RulesSet(
                new Subject.User(new UserName("liwei")),
                new Rules(
                    1,
                    null,
                    List.of(),
                    null,
                    0,
                    List.of(new Limit(LimitScope.GROUP, Quantity.CORES, "", 4))))));
    JobId whole =
        story.submits(
            "liwei",
            needs(4, 1, HOUR_MS).placement(JobPlacement.builder().exclusive(true).build()));
    story.submits("chenjie", needs(1, 1, 10 * HOUR_MS));
    story.plans();
    assertThat(promised()).containsExactly(promise(whole, story.nowMs + HOUR_MS, "n1"));
    story.after(40 * MINUTE_MS);
    story.exits(large, 0);
    JobId behind = story.submits("chenjie", needs(2, 1, 4 * HOUR_MS));
    story.plans();
    assertThat(story.state(whole)).isEqualTo(PENDING);
    assertThat(story.node(behind)).isEqualTo(new NodeName("n2"));
  }
}
