package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.UserName;
import org.queqiao.eventlog.LogFault;
import org.queqiao.runtime.copy.TooFarBack;
import org.queqiao.server.auth.Refusal;

/** Questions that are not answered are refused, with the reason and when to come back. */
final class LongQuestionsTest {
  private static final UserName ONE = new UserName("liwei");
  private static final UserName OTHER = new UserName("chenjie");

  /** What became of one question. */
  private static final class Heard implements LongQuestions.Asker<String> {
    private final CompletableFuture<Object> end = new CompletableFuture<>();

    @Override
    public void found(String answer) {
      end.complete(answer);
    }

    @Override
    public void refused(Refusal refusal) {
      end.complete(refusal);
    }

    @Override
    public void failed(RuntimeException failure) {
      end.complete(failure);
    }

    private Refusal refusal() throws Exception {
      return (Refusal) end.get(30, TimeUnit.SECONDS);
    }
  }

  private static Refusal refused(Function<BooleanSupplier, String> question) throws Exception {
    try (LongQuestions questions = new LongQuestions(1, 4, 30_000, () -> 0)) {
      Heard heard = new Heard();
      questions.ask(ONE, question, heard);
      return heard.refusal();
    }
  }

  @Test
  void whenTooManyWaitTheNextIsToldWhenToComeBack() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (LongQuestions questions = new LongQuestions(1, 1, 30_000, () -> 0)) {
      Heard first = new Heard();
      Heard second = new Heard();
      questions.ask(ONE, _ -> awaits(go), first);
      questions.ask(ONE, _ -> "second", second);
      Refused full =
          catchThrowableOfType(
              Refused.class, () -> questions.ask(OTHER, _ -> "third", new Heard()));
      assertThat(full.refusal().code()).isEqualTo(Refusal.Code.BUSY);
      assertThat(full.refusal().retryAfterSeconds()).isPositive();
      Refused many =
          catchThrowableOfType(Refused.class, () -> questions.ask(ONE, _ -> "third", new Heard()));
      assertThat(many.refusal().code()).isEqualTo(Refusal.Code.TOO_MANY);
      go.countDown();
      assertThat(first.end.get(30, TimeUnit.SECONDS)).isEqualTo("went on");
      assertThat(second.end.get(30, TimeUnit.SECONDS)).isEqualTo("second");
    }
  }

  private static String awaits(CountDownLatch go) {
    try {
      return go.await(30, TimeUnit.SECONDS) ? "went on" : "waited in vain";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void withoutASnapshotThatIsNearEnoughItIsBusyAndSaysHowManyFacts() throws Exception {
    Refusal refusal =
        refused(_ -> {
          throw new TooFarBack(5_000_000, 3_000_000);
        });
    assertThat(refusal.code()).isEqualTo(Refusal.Code.BUSY);
    assertThat(refusal.detail()).contains("no copy of the state can be made").contains("5000000");
    assertThat(refusal.retryAfterSeconds()).isPositive();
  }

  @Test
  void aLogThatCannotBeReadMakesItBusyAndTellsNoPath() throws Exception {
    Refusal refusal =
        refused(_ -> {
          throw new LogFault("cannot read /var/lib/q/log/1.seg", new java.io.IOException("gone"));
        });
    assertThat(refusal.code()).isEqualTo(Refusal.Code.BUSY);
    assertThat(refusal.detail()).contains("the log cannot be read now").doesNotContain("/var");
  }

  @Test
  void whenTheServerStopsItsQuestionsAreTold() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    Heard heard = new Heard();
    try (LongQuestions questions = new LongQuestions(1, 1, 30_000, () -> 0)) {
      questions.ask(
          ONE,
          stop -> {
            asked.countDown();
            while (!stop.getAsBoolean()) {
              Thread.onSpinWait();
            }
            throw new java.util.concurrent.CancellationException("the replay was given up");
          },
          heard);
      assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(heard.refusal().detail()).contains("the server is stopping");
  }

  @Test
  void whatNobodyExpectedStaysAFailure() throws Exception {
    try (LongQuestions questions = new LongQuestions(1, 4, 30_000, () -> 0)) {
      Heard heard = new Heard();
      IllegalStateException bug = new IllegalStateException("a bug");
      questions.ask(
          ONE,
          _ -> {
            throw bug;
          },
          heard);
      assertThat(heard.end.get(30, TimeUnit.SECONDS)).isSameAs(bug);
    }
  }
}
