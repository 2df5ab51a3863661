package org.queqiao.simulator.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.queqiao.core.plan.KnownPolicy;
import org.queqiao.core.plan.ShortAreaFirst;
import org.queqiao.core.predict.Correction;

/** The words of a replay command are understood, or refused with what is wrong. */
final class ReplayOptionsTest {
  private static ReplayOptions parse(String words) throws BadCommand {
    return ReplayOptions.parse(List.of(words.split(" ")));
  }

  @Test
  void theWordsMeanWhatTheySay() throws Exception {
    ReplayOptions options =
        parse(
            "--trace a.swf --policy easy-sjbf --procs 100 --estimates avg2 --correction tsafrir"
                + " --passes event --json o.json --start-times s.txt");
    assertThat(options.policies()).containsExactly(KnownPolicy.EASY_SJBF);
    assertThat(options.procs()).isEqualTo(100);
    assertThat(options.estimates()).isEqualTo(Estimates.AVG2);
    assertThat(options.correction()).isEqualTo(Correction.TSAFRIR);
    assertThat(options.passes()).isEqualTo(PassRule.EVENT);
    assertThat(options.compare()).isFalse();
    assertThat(parse("--trace a --compare easy,fcfs --json x").json()).hasToString("x");
    assertThat(parse("--trace a --compare fcfs,easy").policies())
        .containsExactly(KnownPolicy.FCFS, KnownPolicy.EASY);
    assertThat(parse("--trace a --compare easy,default --reservations 1000000").policies())
        .containsExactly(KnownPolicy.EASY, ShortAreaFirst.inSeconds(1_000_000));
  }

  @Test
  void wrongWordsAreRefused() {
    refused("--policy easy", "which log? --trace FILE");
    refused("--trace a", "which policy? --policy NAME");
    refused("--trace a --policy eazy", "--policy knows fcfs, easy, easy-sjbf, conservative");
    refused("--trace a --policy easy --policy fcfs", "one --policy, or --compare");
    refused("--trace a --compare easy,", "not ''");
    refused("--trace a --policy easy --procs 0", "--procs takes a number from 1");
    refused("--trace a --policy easy --procs -4", "--procs takes a number from 1");
    refused("--trace a --policy easy --procs 99999999999", "--procs takes a number from 1");
    refused("--trace a --policy easy --procs", "--procs needs a value");
    refused("--trace a --policy easy --reservations 1", "--reservations is for the policy default");
    refused("--trace a --policy default --reservations 0", "--reservations takes a number from 1");
    refused(
        "--trace a --policy easy --estimates best", "requested, exact, avg2 or learnt, not 'best'");
    refused("--trace a --policy easy --passes often", "batch or event, not 'often'");
    refused("--trace a --policy easy --correction none", "requested or tsafrir, not 'none'");
    refused("--trace a --policy easy --quick", "there is no option --quick");
    refused("--trace a --policy conservative --estimates avg2", "promises a start");
    refused("--trace a --policy conservative --passes event", "conservative takes --passes batch");
    refused("--trace a --passes event --compare easy,conservative", "event is offered for");
    refused("--trace a --compare easy,fcfs --start-times x", "--compare writes a page");
  }

  private static void refused(String words, String message) {
    assertThatThrownBy(() -> parse(words))
        .isInstanceOf(BadCommand.class)
        .hasMessageContaining(message);
  }
}
