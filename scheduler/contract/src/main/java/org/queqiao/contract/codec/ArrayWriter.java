package org.queqiao.contract.codec;

import java.util.List;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.job.ArrayTask;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.contract.snapshot.ArrayImage;
import org.queqiao.contract.wire.PbArrayEnded;
import org.queqiao.contract.wire.PbArrayImage;
import org.queqiao.contract.wire.PbArrayTask;
import org.queqiao.contract.wire.PbArrayTaskSplit;
import org.queqiao.contract.wire.PbArrayTasksEnded;
import org.queqiao.contract.wire.PbJobArray;
import org.queqiao.contract.wire.PbJobHeld;
import org.queqiao.contract.wire.PbJobReleased;
import org.queqiao.contract.wire.PbOrdinalRun;
import org.queqiao.contract.wire.PbStateCount;
import org.queqiao.contract.wire.PbTaskRange;

/** What concerns arrays, to its wire form. */
final class ArrayWriter {
  private ArrayWriter() {}

  static PbJobArray array(JobArray array) {
    return PbJobArray.newBuilder()
        .addAllTasks(ranges(array.tasks()))
        .setAtOnce(array.atOnce())
        .build();
  }

  private static List<PbTaskRange> ranges(TaskIndices indices) {
    return indices.ranges().stream().map(ArrayWriter::range).toList();
  }

  private static PbTaskRange range(TaskRange each) {
    return PbTaskRange.newBuilder()
        .setFirst(each.first())
        .setLast(each.last())
        .setStep(each.step())
        .build();
  }

  static PbArrayTask task(ArrayTask task) {
    return PbArrayTask.newBuilder().setArray(task.array().value()).setIndex(task.index()).build();
  }

  private static List<PbTaskRange> some(TaskIndices tasks) {
    return tasks == null ? List.of() : ranges(tasks);
  }

  static PbJobHeld held(JobHeld e) {
    return PbJobHeld.newBuilder()
        .setJob(e.job().value())
        .setByAdministrator(e.byAdministrator())
        .addAllTasks(some(e.tasks()))
        .setLetsGo(e.letsGo())
        .build();
  }

  static PbJobReleased released(JobReleased e) {
    return PbJobReleased.newBuilder().setJob(e.job().value()).addAllTasks(some(e.tasks())).build();
  }

  static PbArrayTaskSplit split(ArrayTaskSplit e) {
    return PbArrayTaskSplit.newBuilder()
        .setArray(e.array().value())
        .setTask(e.task())
        .setJob(e.job().value())
        .build();
  }

  static PbArrayTasksEnded tasksEnded(ArrayTasksEnded e) {
    return PbArrayTasksEnded.newBuilder()
        .setArray(e.array().value())
        .addAllTasks(ranges(e.tasks()))
        .setState(ModelWriter.state(e.state()))
        .setEndMs(e.endMs())
        .setDetail(e.detail())
        .build();
  }

  static PbArrayEnded ended(ArrayEnded e) {
    return PbArrayEnded.newBuilder()
        .setArray(e.array().value())
        .setState(ModelWriter.state(e.state()))
        .setEndMs(e.endMs())
        .build();
  }

  static PbArrayImage image(ArrayImage image) {
    PbArrayImage.Builder out =
        PbArrayImage.newBuilder()
            .addAllWaiting(runs(image.waiting()))
            .setCorresponds(image.corresponds())
            .addAllReleased(runs(image.released()))
            .addAllHopeless(runs(image.hopeless()))
            .addAllNotWell(runs(image.notWell()))
            .addAllHeldByUser(runs(image.heldByUser()))
            .addAllHeldByAdministrator(runs(image.heldByAdministrator()))
            .setBegunMs(image.begunMs())
            .setLastEndMs(image.lastEndMs());
    for (ArrayImage.StateCount each : image.ended()) {
      out.addEnded(
          PbStateCount.newBuilder()
              .setState(ModelWriter.state(each.state()))
              .setCount(each.count()));
    }
    if (image.promised() != null) {
      out.setPromised(image.promised());
    }
    return out.build();
  }

  private static List<PbOrdinalRun> runs(List<ArrayImage.OrdinalRun> runs) {
    return runs.stream()
        .map(each -> PbOrdinalRun.newBuilder().setFirst(each.first()).setLast(each.last()).build())
        .toList();
  }
}
