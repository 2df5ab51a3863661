package org.queqiao.core.predict;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Run times are learnt from jobs that ended: of the kind, else of the user, else not at all. */
final class LikeJobsTest {
  private static final long DAY = 86_400;
  private static final JobKind SMALL = JobKind.of(7, 4, DAY);
  private static final JobKind LARGE = JobKind.of(7, 64, DAY);

  private final LikeJobs like = new LikeJobs();

  @Test
  void beforeAnythingEndsTheLimitIsBelieved() {
    assertThat(like.of(SMALL).believe(DAY)).isEqualTo(DAY);
  }

  @Test
  void aKindIsBelievedToRunAsItsLastTwo() {
    like.of(SMALL).ended(5_000);
    assertThat(like.of(SMALL).believe(DAY)).isEqualTo(5_000);
    like.of(SMALL).ended(100);
    like.of(SMALL).ended(201);
    assertThat(like.of(SMALL).believe(DAY)).isEqualTo(150);
  }

  @Test
  void aNewKindIsBelievedToRunAsTheLastTwoOfItsUser() {
    like.of(SMALL).ended(100);
    assertThat(like.of(LARGE).believe(DAY)).isEqualTo(100);
    assertThat(like.of(JobKind.of(8, 64, DAY)).believe(DAY)).as("another user").isEqualTo(DAY);
  }

  @Test
  void noBeliefIsLongerThanTheLimitOrShorterThanOneUnit() {
    like.of(SMALL).ended(500);
    assertThat(like.of(SMALL).believe(60)).isEqualTo(60);
    like.of(LARGE).ended(0);
    assertThat(like.of(LARGE).believe(60)).isEqualTo(1);
  }

  @Test
  void ofTooManyKindsThoseAskedForLastAreKept() {
    LikeJobs two = new LikeJobs(2);
    two.of(SMALL).ended(100);
    two.of(LARGE).ended(900);
    two.of(SMALL);
    two.of(JobKind.of(9, 1, DAY));
    assertThat(two.size()).isEqualTo(2);
    assertThat(two.of(SMALL).known()).isTrue();
    assertThat(two.of(LARGE).known()).as("asked for longest ago").isFalse();
  }
}
