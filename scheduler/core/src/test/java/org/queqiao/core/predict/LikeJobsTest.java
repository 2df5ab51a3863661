package org.queqiao.core.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Run times are learnt from jobs that ended: of the kind, else of the user, else not at all. */
final class LikeJobsTest {
  private static final long DAY = 86_400;
  private static final JobKind SMALL = JobKind.of(7, 4, DAY);
  private static final JobKind LARGE = JobKind.of(7, 64, DAY);

  private final LikeJobs like = new LikeJobs();

  @Test
  void beforeAnythingEndsTheLimitIsBelieved() {
    assertThat(like.enter(SMALL).believe(DAY)).isEqualTo(DAY);
  }

  @Test
  void aKindIsBelievedToRunAsItsLastTwo() {
    like.enter(SMALL).ended(5_000);
    assertThat(like.enter(SMALL).believe(DAY)).isEqualTo(5_000);
    like.enter(SMALL).ended(100);
    like.enter(SMALL).ended(201);
    assertThat(like.enter(SMALL).believe(DAY)).isEqualTo(150);
  }

  @Test
  void aNewKindIsBelievedToRunAsTheLastTwoOfItsUser() {
    like.enter(SMALL).ended(100);
    assertThat(like.enter(LARGE).believe(DAY)).isEqualTo(100);
    assertThat(like.enter(JobKind.of(8, 64, DAY)).believe(DAY)).as("another user").isEqualTo(DAY);
  }

  @Test
  void noBeliefIsLongerThanTheLimitOrShorterThanOneUnit() {
    like.enter(SMALL).ended(500);
    assertThat(like.enter(SMALL).believe(60)).isEqualTo(60);
    like.enter(LARGE).ended(0);
    assertThat(like.enter(LARGE).believe(60)).isEqualTo(1);
  }

  @Test
  void limitsAreBelievedOfAUserWhoseKindsMisledUntilBeliefsHaveBeenNearerAgain() {
    long limit = 6_400;
    Experience known = like.enter(JobKind.of(7, 4, limit));
    for (int i = 0; i < 3; i++) {
      known.ended(100);
    }
    assertThat(known.believe(limit)).isEqualTo(100);
    for (int i = 0; i < 31; i++) {
      known.ended(i % 3 == 0 ? 100 : limit);
    }
    assertThat(known.believe(limit)).as("nearer than what was").isEqualTo(limit);
    assertThat(known.predicts()).isFalse();
    Experience other = like.enter(JobKind.of(7, 8, limit));
    assertThat(other.believe(limit)).as("a new kind, by all runs").isLessThan(limit);
    other.ended(50);
    assertThat(other.believe(limit)).as("a kind that ended once").isEqualTo(limit);
    assertThat(like.enter(JobKind.of(8, 4, limit)).trustsKinds()).as("another user").isTrue();
    for (int i = 0; i < 20; i++) {
      known.ended(100);
    }
    assertThat(known.believe(limit)).isEqualTo(100);
    assertThat(other.believe(limit)).isEqualTo(50);
  }

  /** As long as the limits are good: more than half a doubling is asked for. */
  @Test
  void beliefsThatAreAboutAsGoodAsLimitsAreNotTrusted() {
    Experience known = like.enter(JobKind.of(7, 4, 1_000));
    for (int i = 0; i < 5; i++) {
      known.ended(800);
    }
    assertThat(known.believe(1_000)).isEqualTo(1_000);
    Experience shorter = like.enter(JobKind.of(8, 4, 1_000));
    for (int i = 0; i < 5; i++) {
      shorter.ended(600);
    }
    assertThat(shorter.believe(1_000)).isEqualTo(600);
  }

  @Test
  void ofKnownKindsWithoutJobsThoseUsedLastAreKept() {
    LikeJobs two = new LikeJobs(2, 1);
    run(two, SMALL, 100);
    run(two, LARGE, 900);
    run(two, SMALL, 100);
    run(two, JobKind.of(9, 1, DAY), 10);
    assertThat(two.size()).isEqualTo(2);
    assertThat(two.enter(SMALL).known()).isTrue();
    assertThat(two.enter(LARGE).known()).as("used longest ago").isFalse();
  }

  @Test
  void aKindWithJobsIsNeverForgotten() {
    LikeJobs none = new LikeJobs(0, 1);
    Experience waits = none.enter(SMALL);
    run(none, SMALL, 100);
    run(none, LARGE, 900);
    assertThat(none.enter(SMALL)).isSameAs(waits);
    assertThat(none.enter(LARGE).known()).isFalse();
  }

  @Test
  void aKindOfWhichNothingEndedIsForgottenWithItsLastJob() {
    like.leave(like.enter(SMALL));
    assertThat(like.size()).isZero();
  }

  @Test
  void whatIsKeptGivesTheSameBeliefsAndForgetsInTheSameOrder() {
    LikeJobs before = new LikeJobs(2, 1);
    run(before, LARGE, 900);
    run(before, SMALL, 100);
    before.enter(JobKind.of(7, 8, DAY)).tried(41);
    LikeJobs after = new LikeJobs(2, 1);
    before.users(after::restore);
    before
        .kept()
        .forEach(each -> after.restore(each.kind(), each.runs(), each.tried(), each.trial()));
    after.enter(JobKind.of(7, 8, DAY));
    after.restored();
    for (LikeJobs each : List.of(before, after)) {
      run(each, JobKind.of(9, 1, DAY), 10);
      assertThat(each.enter(LARGE).known()).as("unused longest").isFalse();
      assertThat(each.enter(SMALL).believe(DAY)).isEqualTo(100);
      assertThat(each.enter(JobKind.of(7, 8, DAY)).trial()).isEqualTo(41);
      assertThat(each.enter(JobKind.of(7, 9, DAY)).believe(DAY)).as("the user's").isEqualTo(500);
    }
  }

  private static void run(LikeJobs like, JobKind kind, long run) {
    Experience known = like.enter(kind);
    known.ended(run);
    like.leave(known);
  }
}
