package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.contract.job.JobState.PENDING;
import static org.queqiao.contract.job.JobState.RUNNING;

import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;

/** The site says by which policy its cluster is planned. */
final class SchedulingStoriesTest {
  private final SchedulerStory story = SchedulerStory.site();

  private JobRequest.Builder cores(int cores) {
    return SchedulerStory.script().cpusPerTask(cores);
  }

  private void policy(String name, int reservations) {
    story.does(
        new Input.DefineScheduling(
            SchedulerStory.OWNER, new SchedulingDefined(name, reservations)));
  }

  @Test
  void nobodyOvertakesUntilThePolicyAllowsIt() {
    policy("fcfs", 1);
    story.node("n1", 4);
    story.submits("liwei", cores(3));
    story.plans();
    story.submits("liwei", cores(4));
    JobId small = story.submits("liwei", cores(1));
    assertThat(story.plans()).isZero();
    assertThat(story.state(small)).isEqualTo(PENDING);
    policy("easy", 1);
    assertThat(story.machine.state().planningDue()).isTrue();
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(small)).isEqualTo(RUNNING);
  }

  @Test
  void conservativePromisesEveryJobAStart() {
    policy("conservative", 1);
    story.node("n1", 4);
    story.submits("liwei", cores(3));
    story.plans();
    story.submits("liwei", cores(4));
    story.submits("liwei", cores(2));
    JobId last = story.submits("liwei", cores(1));
    assertThat(story.plans()).isEqualTo(1);
    assertThat(story.state(last)).isEqualTo(RUNNING);
  }

  @Test
  void wrongPoliciesAreRefused() {
    assertThat(refused("fifo", 1)).contains("there is no policy 'fifo'").contains("easy-sjbf");
    assertThat(refused("default", 0)).contains("reservations is 0");
    assertThat(refused("default", 1_000_001)).contains("reservations is 1000001");
    assertThat(story.machine.state().scheduling()).isEqualTo(SchedulingDefined.DEFAULT);
  }

  private String refused(String policy, int reservations) {
    Actor owner = SchedulerStory.OWNER;
    return story
        .refuses(new Input.DefineScheduling(owner, new SchedulingDefined(policy, reservations)))
        .message();
  }
}
