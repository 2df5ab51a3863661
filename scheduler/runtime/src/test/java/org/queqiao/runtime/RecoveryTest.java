package org.queqiao.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.message.Reply;
import org.queqiao.eventlog.EventLog;
import org.queqiao.eventlog.KillPoint;
import org.queqiao.eventlog.Snapshot;
import org.queqiao.eventlog.memory.MemoryEventLog;
import org.queqiao.runtime.loop.RuntimeKillPoint;
import org.queqiao.runtime.recovery.Recovery;
import org.queqiao.runtime.recovery.RecoveryException;
import org.queqiao.runtime.recovery.SnapshotCodec;

final class RecoveryTest {
  private final RuntimeStory story = new RuntimeStory();

  /** Dies at a named place; an error, so that nothing takes it for an ordinary failure. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void theStateIsTheSameFromSnapshotAndFromTheWholeLog() {
    story.open().withSite();
    for (int i = 0; i < 60; i++) {
      JobId job = story.submit("k" + i);
      if (i % 3 == 0) {
        story.tell(story.ended(job));
      }
      story.time.advanceMs(500);
    }
    byte[] live = story.digest();
    long position = story.runtime.durablePosition();
    assertThat(story.log.snapshots().newest()).isPresent();
    assertThat(Recovery.replay(story.log, position).digest()).isEqualTo(live);
    story.losePower();
    story.open();
    assertThat(story.digest()).isEqualTo(live);
    assertThat(story.runtime.startImage().position()).isEqualTo(position);
  }

  @Test
  void atEveryKillPointWhatWasAcknowledgedIsThereAndNoNumberIsUsedTwice() {
    List<String> points = new ArrayList<>();
    for (KillPoint point : KillPoint.values()) {
      points.add(point.pointName());
    }
    for (RuntimeKillPoint point : RuntimeKillPoint.values()) {
      points.add(point.pointName());
    }
    TreeSet<String> reached = new TreeSet<>();
    for (String point : points) {
      for (int nth = 1; nth <= 9; nth += 4) {
        if (diesAndRecovers(point, nth)) {
          reached.add(point);
        }
      }
    }
    assertThat(reached)
        .contains(
            KillPoint.BEFORE_APPEND.pointName(),
            KillPoint.AFTER_APPEND_BEFORE_SYNC.pointName(),
            KillPoint.AFTER_SYNC_BEFORE_MARK.pointName(),
            KillPoint.AFTER_SYNC_BEFORE_APPLY.pointName(),
            KillPoint.AFTER_APPLY_BEFORE_EFFECT.pointName(),
            KillPoint.SNAPSHOT_BEFORE_WRITE.pointName(),
            KillPoint.BEFORE_EPOCH_CLAIM.pointName(),
            KillPoint.AFTER_EPOCH_CLAIM.pointName(),
            RuntimeKillPoint.BEFORE_REPLY.pointName(),
            RuntimeKillPoint.BEFORE_EFFECT.pointName(),
            RuntimeKillPoint.BEFORE_FEED.pointName());
  }

  private boolean diesAndRecovers(String point, int nth) {
    RuntimeStory life = new RuntimeStory();
    life.open().withSite();
    int[] left = {nth};
    boolean[] died = {false};
    life.losePower();
    life.killPoints =
        name -> {
          if (name.equals(point) && --left[0] == 0) {
            died[0] = true;
            throw new Death();
          }
        };
    TreeSet<Long> acknowledged = new TreeSet<>();
    long durable = 0;
    try {
      life.open();
      for (int i = 0; i < 40 && !died[0]; i++) {
        if (life.tell(RuntimeStory.submission("k" + i)) instanceof Reply.JobAccepted accepted) {
          assertThat(acknowledged.add(accepted.job().value())).isTrue();
          durable = life.runtime.durablePosition();
        }
      }
    } catch (Death expected) {
      assertThat(died[0]).isTrue();
    }
    life.losePower();
    life.killPoints = name -> {};
    life.open();
    assertThat(life.runtime.durablePosition()).as(point).isGreaterThanOrEqualTo(durable);
    for (long job : acknowledged) {
      assertThat(life.runtime.startImage().jobs())
          .as(point)
          .anyMatch(image -> image.id().value() == job);
    }
    long next = life.submit("after").value();
    assertThat(acknowledged).as(point).doesNotContain(next);
    assertThat(Recovery.replay(life.log, life.runtime.durablePosition()).digest())
        .isEqualTo(life.digest());
    return died[0];
  }

  @Test
  void anEntryOfANewerProgramStopsTheStartAndLeavesTheLeaderAlone() {
    story.open().withSite();
    story.log.append(story.time.wallMs(), "no fact".getBytes(StandardCharsets.UTF_8));
    story.log.sync();
    long epoch = story.log.head().epoch();
    story.losePower();
    assertThatThrownBy(story::open)
        .isInstanceOf(RecoveryException.class)
        .hasMessageContaining("position " + story.log.head().position());
    assertThat(story.log.head().epoch()).isEqualTo(epoch);
  }

  @Test
  void aSnapshotThatGivesAnotherStateIsRefused() {
    story.open().withSite();
    story.submit("a");
    EventLog log = story.log;
    byte[] otherDigest = new byte[32];
    log.snapshots()
        .write(
            new Snapshot(
                log.head().position(),
                log.head().hash(),
                SnapshotCodec.encode(
                    Recovery.replay(log, log.head().position()).image(), otherDigest)));
    story.losePower();
    assertThatThrownBy(story::open)
        .isInstanceOf(RecoveryException.class)
        .hasMessageContaining("does not give the state it was taken from");
  }

  @Test
  void aSnapshotThatCannotBeWrittenCostsNothingButTime() {
    story.disk.setCapacityBytes(200_000);
    story.open().withSite();
    for (int i = 0; i < 20; i++) {
      story.submit("k" + i);
    }
    assertThat(story.faults).isEmpty();
    byte[] live = story.digest();
    story.losePower();
    story.log = MemoryEventLog.open(story.disk, MemoryEventLog.settings());
    assertThat(Recovery.replay(story.log, story.log.durablePosition()).digest()).isEqualTo(live);
  }
}
