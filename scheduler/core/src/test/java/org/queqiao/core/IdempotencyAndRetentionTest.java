package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.HOUR_MS;
import static org.queqiao.core.SchedulerStory.accepted;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.user;
import static org.queqiao.core.SchedulerStory.variables;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection.Code;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.IdempotencyTable;

/** What is remembered, for how long, and how much of it. */
final class IdempotencyAndRetentionTest {
  private final SchedulerStory story = SchedulerStory.site();

  private static Input.SubmitJob keyed(
      String user, String key, int body, JobRequest.Builder request) {
    byte[] hash = new byte[32];
    hash[0] = (byte) body;
    return new Input.SubmitJob(user(user), request.build(), key, hash);
  }

  @Test
  void theSameKeyAndBodyGiveTheSameJob() {
    JobId job = accepted(story.hears(keyed("liwei", "k1", 1, script())), false);
    int facts = story.log.size();
    assertThat(accepted(story.hears(keyed("liwei", "k1", 1, script())), true)).isEqualTo(job);
    assertThat(story.log).hasSize(facts);
  }

  @Test
  void theSameKeyWithAnotherBodyIsRefused() {
    accepted(story.hears(keyed("liwei", "k1", 1, script())), false);
    assertThat(story.refuses(keyed("liwei", "k1", 2, script())).code())
        .isEqualTo(Code.IDEMPOTENCY_MISMATCH);
  }

  @Test
  void keysBelongToTheirUser() {
    JobId first = accepted(story.hears(keyed("liwei", "k1", 1, script())), false);
    JobId second = accepted(story.hears(keyed("wangfang", "k1", 2, script())), false);
    assertThat(first).isNotEqualTo(second);
  }

  @Test
  void theKeyIsLookedAtBeforeAnythingElse() {
    JobId job = accepted(story.hears(keyed("liwei", "k1", 1, script())), false);
    assertThat(accepted(story.hears(keyed("liwei", "k1", 1, script().limitMs(-1L))), true))
        .isEqualTo(job);
    assertThat(story.refuses(keyed("liwei", "k2", 1, script().limitMs(-1L))).code())
        .isEqualTo(Code.INVALID);
  }

  @Test
  void aRefusedRequestUsesUpNoKey() {
    assertThat(story.refuses(keyed("liwei", "k1", 1, script().limitMs(-1L))).code())
        .isEqualTo(Code.INVALID);
    accepted(story.hears(keyed("liwei", "k1", 2, script())), false);
  }

  @Test
  void aKeyOutlivesItsJob() {
    JobId job = accepted(story.hears(keyed("liwei", "k1", 1, script())), false);
    story.does(new Input.CancelJob(user("liwei"), job));
    story.after(2 * HOUR_MS);
    story.submits("liwei");
    assertThat(story.machine.state().job(job)).isEmpty();
    assertThat(accepted(story.hears(keyed("liwei", "k1", 1, script())), true)).isEqualTo(job);
  }

  @Test
  void aKeyIsForgottenAfterSevenDays() {
    JobId job = accepted(story.hears(keyed("liwei", "k1", 1, script())), false);
    story.after(IdempotencyTable.KEEP_MS - 1);
    story.submits("liwei");
    assertThat(accepted(story.hears(keyed("liwei", "k1", 1, script())), true)).isEqualTo(job);
    story.after(1);
    story.submits("liwei");
    assertThat(accepted(story.hears(keyed("liwei", "k1", 1, script())), false)).isGreaterThan(job);
  }

  @Test
  void aMalformedKeyIsRefused() {
    for (String key : new String[] {" ", "a b", "a\n", "字", "x".repeat(256)}) {
      assertThat(story.refuses(keyed("liwei", key, 1, script())).code())
          .as("%s", key)
          .isEqualTo(Code.MALFORMED);
    }
  }

  @Test
  void anEndedJobIsKeptForAnHour() {
    JobId job = story.submits("liwei");
    story.does(new Input.CancelJob(user("liwei"), job));
    story.after(Cluster.KEEP_FINISHED_MS - 1);
    story.submits("liwei");
    assertThat(story.machine.state().job(job)).isPresent();
    story.after(1);
    JobId next = story.submits("liwei");
    assertThat(story.machine.state().job(job)).isEmpty();
    assertThat(next).as("its number is not used again").isGreaterThan(job);
    assertThat(story.refuses(new Input.CancelJob(user("liwei"), job)).code())
        .isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void noMoreThanTheBoundOfEndedJobsIsKept() {
    story.withoutChecks();
    JobId first = null;
    for (int i = 0; i <= Cluster.KEEP_FINISHED_COUNT; i++) {
      JobId job = story.submits("liwei");
      story.does(new Input.CancelJob(user("liwei"), job));
      first = first == null ? job : first;
    }
    assertThat(story.machine.state().job(first)).isEmpty();
    assertThat(story.machine.image().jobs()).hasSize(Cluster.KEEP_FINISHED_COUNT);
  }

  @Test
  void equalScriptsAndEnvironmentsAreKeptOnce() {
    JobId first = story.submits("liwei", script().environment(variables("A", "1")));
    JobId second =
        story.submits("wangfang", script().name("other").environment(variables("A", "1")));
    assertThat(story.job(second).spec().script()).isSameAs(story.job(first).spec().script());
    assertThat(story.job(second).spec().environment())
        .isSameAs(story.job(first).spec().environment());
  }

  @Test
  void theSpaceForScriptsIsBounded() {
    story.withoutChecks();
    int mebibytes = (int) (Cluster.MAX_CONTENT_BYTES >> 20);
    for (int i = 0; i < mebibytes; i++) {
      story.submits("liwei", large(i));
    }
    assertThat(story.refuses(SchedulerStory.submission("liwei", large(mebibytes))).code())
        .isEqualTo(Code.BUSY);
    for (int i = 1; i <= mebibytes; i++) {
      story.does(new Input.CancelJob(user("liwei"), new JobId(i)));
    }
    story.after(60_000).node("n1", 1);
    story.submits("liwei", large(mebibytes));
    assertThat(story.machine.image().jobs())
        .as("ended jobs made room early")
        .hasSizeLessThan(mebibytes);
  }

  /** A script of one mebibyte, unlike every other. */
  private static JobRequest.Builder large(int number) {
    byte[] script = new byte[1 << 20];
    Arrays.fill(script, (byte) '#');
    byte[] head = ("#!/bin/sh\n#" + number + "\n").getBytes(StandardCharsets.UTF_8);
    System.arraycopy(head, 0, script, 0, head.length);
    return JobRequest.builder(script);
  }
}
