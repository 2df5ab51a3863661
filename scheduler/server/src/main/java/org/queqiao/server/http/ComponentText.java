package org.queqiao.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;

/**
 * Components of a submission, from objects or from text: {@code nodes=1 gres=gpu:2;nodes=2
 * constraint=ib}. What is asked for by core, GPU or task becomes what that is on each node, where
 * each has as many tasks.
 */
final class ComponentText {
  private static final List<String> NUMBERS =
      List.of(
          "nodes",
          "tasks",
          "cpusPerTask",
          "memBytes",
          "memPerCpuBytes",
          "memPerGpuBytes",
          "maxNodes",
          "tasksPerNode",
          "switches");
  private static final List<String> TEXTS =
      List.of("gres", "gresPerTask", "constraint", "nodeList", "excludeNodes", "contiguous");
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
        if (field.equals("contiguous") && !value.matches("true|false")) {
          throw wrong(out.size(), "contiguous is true or false, not '" + value + "'");
        }
        if (value.matches("0+") && !field.startsWith("mem")) {
          throw wrong(out.size(), field + " is 0: it is at least 1, or left out");
        }
        Object read =
            NUMBERS.contains(field)
                ? (Object) Long.valueOf(value)
                : field.equals("contiguous") ? (Object) Boolean.valueOf(value) : value;
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

  /** As the fields of an object. What is left to be found out is 0. */
  static JobComponent of(Map<String, Object> fields) {
    int perNode = count(fields, "tasksPerNode", 0);
    int most = count(fields, "maxNodes", 0);
    String constraint = text(fields, "constraint");
    boolean follows =
        !text(fields, "nodeList").isEmpty()
            || constraint.contains("*")
            || perNode > 0 && fields.containsKey("tasks");
    int nodes =
        fields.containsKey("nodes") || !follows ? count(fields, "nodes", follows ? 0 : 1) : 0;
    boolean asMany = perNode == 0 && most == 0;
    int tasks = fields.containsKey("tasks") ? count(fields, "tasks", 0) : asMany ? nodes : 0;
    int cpusPerTask = count(fields, "cpusPerTask", 1);
    JobPlacement.Builder placement =
        JobPlacement.builder()
            .constraint(constraint)
            .nodeList(text(fields, "nodeList"))
            .excludeNodes(text(fields, "excludeNodes"))
            .maxNodes(most)
            .tasksPerNode(perNode)
            .contiguous(Boolean.TRUE.equals(fields.get("contiguous")))
            .switches(count(fields, "switches", 0));
    boolean even = asMany && nodes > 0 && tasks % nodes == 0;
    int tasksOnNode = even ? tasks / nodes : 0;
    List<GresRequest> gres = gres(fields, tasksOnNode);
    long memBytes = memBytes(fields, even ? (long) tasksOnNode * cpusPerTask : 1, gres);
    if (!even) {
      placement
          .memPerCpuBytes((Long) fields.getOrDefault("memPerCpuBytes", 0L))
          .memPerGpuBytes((Long) fields.getOrDefault("memPerGpuBytes", 0L))
          .gresPerTask(listed(fields, "gresPerTask"));
      memBytes = (Long) fields.getOrDefault("memBytes", 0L);
      gres = listed(fields, "gres");
    }
    return new JobComponent(nodes, tasks, cpusPerTask, memBytes, gres, placement.build());
  }

  private static String text(Map<String, Object> fields, String field) {
    Object value = fields.get(field);
    return value == null ? "" : (String) value;
  }

  private static List<GresRequest> listed(Map<String, Object> fields, String field) {
    List<GresRequest> all = Submission.gres("components", fields.get(field));
    return all == null ? List.of() : all;
  }

  private static int count(Map<String, Object> fields, String field, long least) {
    long value = Math.max(least, (Long) fields.getOrDefault(field, 0L));
    if (value > Integer.MAX_VALUE) {
      throw Refused.invalid("components", field + " of a component is more than any cluster has");
    }
    return (int) value;
  }

  private static List<GresRequest> gres(Map<String, Object> fields, int tasksOnNode) {
    List<GresRequest> all = new ArrayList<>(listed(fields, "gres"));
    for (GresRequest each : listed(fields, "gresPerTask")) {
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
    boolean asksForGpu =
        gpus > 0
            || listed(fields, "gresPerTask").stream().anyMatch(each -> each.name().equals("gpu"));
    if (perGpu > 0 && !asksForGpu) {
      throw Refused.invalid(
          "components", "a component asks for memory for each GPU and for no GPU: ask for one");
    }
    return perNode + saturated(perCpu, cores) + saturated(perGpu, gpus);
  }

  private static long saturated(long left, long right) {
    return right != 0 && left > Long.MAX_VALUE / right ? Long.MAX_VALUE : left * right;
  }
}
