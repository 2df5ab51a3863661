package org.queqiao.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;

/**
 * Components of a submission, from objects or from text: {@code nodes=1 gres=gpu:2;nodes=2
 * constraint=ib}. What is asked for by core, GPU or task becomes what that is on each node: a
 * component has as many tasks on each.
 */
final class ComponentText {
  private static final List<String> NUMBERS =
      List.of("nodes", "tasks", "cpusPerTask", "memBytes", "memPerCpuBytes", "memPerGpuBytes");
  private static final List<String> TEXTS = List.of("gres", "gresPerTask", "constraint");
  private static final int MAX_DEVICES = 1_000_000;

  private ComponentText() {}

  /** As text. */
  static List<JobComponent> of(String text) {
    List<JobComponent> out = new ArrayList<>();
    for (String each : text.split(";", -1)) {
      TreeMap<String, Object> fields = new TreeMap<>();
      for (String pair : each.strip().split(" +")) {
        int equals = pair.indexOf('=');
        String field = equals < 0 ? pair : pair.substring(0, equals);
        if (equals < 0 || !NUMBERS.contains(field) && !TEXTS.contains(field)) {
          throw wrong(
              out.size(),
              "'"
                  + pair
                  + "' is no field with its value: write "
                  + "nodes=2 gres=gpu:1, with "
                  + String.join(", ", NUMBERS)
                  + ", "
                  + String.join(", ", TEXTS));
        }
        String value = pair.substring(equals + 1);
        if (NUMBERS.contains(field) && !value.matches("[0-9]{1,16}")) {
          throw wrong(out.size(), field + " is a number, not '" + value + "'");
        }
        Object read = NUMBERS.contains(field) ? (Object) Long.valueOf(value) : value;
        if (fields.put(field, read) != null) {
          throw wrong(out.size(), field + " is there twice");
        }
      }
      out.add(of(fields));
    }
    return out;
  }

  private static Refused wrong(int index, String what) {
    return Refused.invalid("components", "component " + (index + 1) + ": " + what);
  }

  /** As the fields of an object. */
  static JobComponent of(Map<String, Object> fields) {
    int nodes = count(fields, "nodes", 1);
    int tasks = fields.containsKey("tasks") ? count(fields, "tasks", 0) : nodes;
    int cpusPerTask = count(fields, "cpusPerTask", 1);
    int tasksOnNode = tasks / nodes;
    List<GresRequest> gres = gres(fields, tasksOnNode);
    String constraint = (String) fields.get("constraint");
    return new JobComponent(
        nodes,
        tasks,
        cpusPerTask,
        memBytes(fields, (long) tasksOnNode * cpusPerTask, gres),
        gres,
        constraint == null ? "" : constraint);
  }

  private static int count(Map<String, Object> fields, String field, long least) {
    long value = Math.max(least, (Long) fields.getOrDefault(field, 0L));
    if (value > Integer.MAX_VALUE) {
      throw Refused.invalid("components", field + " of a component is more than any cluster has");
    }
    return (int) value;
  }

  private static List<GresRequest> gres(Map<String, Object> fields, int tasksOnNode) {
    List<GresRequest> all = new ArrayList<>();
    List<GresRequest> perNode = Submission.gres("components", fields.get("gres"));
    List<GresRequest> perTask = Submission.gres("components", fields.get("gresPerTask"));
    all.addAll(perNode == null ? List.of() : perNode);
    for (GresRequest each : perTask == null ? List.<GresRequest>of() : perTask) {
      long count = (long) each.count() * tasksOnNode;
      for (int i = 0; i < all.size(); i++) {
        GresRequest other = all.get(i);
        if (other.name().equals(each.name()) && other.type().equals(each.type())) {
          count += all.remove(i).count();
          break;
        }
      }
      if (count > MAX_DEVICES) {
        throw Refused.invalid(
            "components", "a component asks for more than " + MAX_DEVICES + " devices on a node");
      }
      if (count > 0) {
        all.add(new GresRequest(each.name(), each.type(), (int) count));
      }
    }
    return all;
  }

  private static long memBytes(Map<String, Object> fields, long cores, List<GresRequest> gres) {
    long perNode = (Long) fields.getOrDefault("memBytes", 0L);
    long perCpu = (Long) fields.getOrDefault("memPerCpuBytes", 0L);
    long perGpu = (Long) fields.getOrDefault("memPerGpuBytes", 0L);
    long gpus = 0;
    for (GresRequest each : gres) {
      gpus += each.name().equals("gpu") ? each.count() : 0;
    }
    int ways = (perNode > 0 ? 1 : 0) + (perCpu > 0 ? 1 : 0) + (perGpu > 0 ? 1 : 0);
    if (ways > 1) {
      throw Refused.invalid(
          "components",
          "memory of a component is asked for by node, by core or by GPU: say one of the three");
    }
    if (perGpu > 0 && gpus == 0) {
      throw Refused.invalid(
          "components", "a component asks for memory for each GPU and for no GPU: ask for one");
    }
    return perNode + saturated(perCpu, cores) + saturated(perGpu, gpus);
  }

  private static long saturated(long left, long right) {
    return right != 0 && left > Long.MAX_VALUE / right ? Long.MAX_VALUE : left * right;
  }
}
