package org.queqiao.contract.codec;

import java.util.List;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.id.JobId;
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
import org.queqiao.contract.wire.PbTaskRange;

/** What concerns arrays, from its wire form. */
final class ArrayReader {
  private ArrayReader() {}

  static JobArray array(PbJobArray in) {
    return new JobArray(indices(in.getTasksList()), in.getAtOnce());
  }

  private static TaskIndices indices(List<PbTaskRange> in) {
    return TaskIndices.of(
        ModelReader.list(
            in, each -> new TaskRange(each.getFirst(), each.getLast(), each.getStep())));
  }

  static ArrayTask task(PbArrayTask in) {
    return new ArrayTask(new JobId(in.getArray()), in.getIndex());
  }

  /** Null for none. */
  private static TaskIndices some(List<PbTaskRange> in) {
    return in.isEmpty() ? null : indices(in);
  }

  static JobHeld held(PbJobHeld e) {
    return new JobHeld(
        new JobId(e.getJob()), e.getByAdministrator(), some(e.getTasksList()), e.getLetsGo());
  }

  static JobReleased released(PbJobReleased e) {
    return new JobReleased(new JobId(e.getJob()), some(e.getTasksList()));
  }

  static ArrayTaskSplit split(PbArrayTaskSplit e) {
    return new ArrayTaskSplit(new JobId(e.getArray()), e.getTask(), new JobId(e.getJob()));
  }

  static ArrayTasksEnded tasksEnded(PbArrayTasksEnded e) {
    return new ArrayTasksEnded(
        new JobId(e.getArray()),
        indices(e.getTasksList()),
        ModelReader.state(e.getState()),
        e.getEndMs(),
        e.getDetail());
  }

  static ArrayEnded ended(PbArrayEnded e) {
    return new ArrayEnded(new JobId(e.getArray()), ModelReader.state(e.getState()), e.getEndMs());
  }

  static ArrayImage image(PbArrayImage in) {
    return new ArrayImage(
        runs(in.getWaitingList()),
        in.getCorresponds(),
        runs(in.getReleasedList()),
        runs(in.getHopelessList()),
        runs(in.getNotWellList()),
        ModelReader.list(
            in.getEndedList(),
            each -> new ArrayImage.StateCount(ModelReader.state(each.getState()), each.getCount())),
        in.getBegunMs(),
        in.getLastEndMs(),
        in.hasPromised() ? (Integer) in.getPromised() : null,
        runs(in.getHeldByUserList()),
        runs(in.getHeldByAdministratorList()));
  }

  private static List<ArrayImage.OrdinalRun> runs(List<PbOrdinalRun> in) {
    return ModelReader.list(in, each -> new ArrayImage.OrdinalRun(each.getFirst(), each.getLast()));
  }
}
