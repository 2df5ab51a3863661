package org.queqiao.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.queqiao.core.SchedulerStory.script;
import static org.queqiao.core.SchedulerStory.submission;

import org.junit.jupiter.api.Test;
import org.queqiao.core.admission.SubmitCheck;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Reply;

/** One user cannot fill the machine's memory. */
final class QueueBoundTest {
  @Test
  void r44AUserHasABoundedNumberOfLiveJobsAndOthersNoticeNothing() {
    SchedulerStory story = SchedulerStory.site().withoutChecks();
    Input submit = submission("liwei", script().hold(true));
    for (int i = 0; i < SubmitCheck.MAX_LIVE_JOBS_OF_USER; i++) {
      assertThat(story.hears(submit)).isInstanceOf(Reply.JobAccepted.class);
    }
    Rejection refused = story.refuses(submit);
    assertThat(refused.code()).isEqualTo(Rejection.Code.TOO_MANY);
    assertThat(refused.message()).contains(Integer.toString(SubmitCheck.MAX_LIVE_JOBS_OF_USER));
    story.submits("zhangmin");
  }
}
