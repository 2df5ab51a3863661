package org.queqiao.agent.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.contract.node.NodeFacts.GresInventory;

/**
 * The launcher's list of devices, lines of {@code NAME INDEX PATH}. The launcher refuses to start
 * with a wrong one; here it only says what jobs may ask for.
 */
public final class DeviceList {
  /** Of its devices on the PCI bus. */
  private static final String AMD_VENDOR = "0x1002";

  private DeviceList() {}

  /**
   * How many devices there are of each name. A name whose render nodes are all of AMD is of the
   * model {@code amd}; others have none.
   *
   * @throws IllegalArgumentException when a line is wrong, or the indices of a name have a gap
   */
  public static List<GresInventory> read(Path file) throws IOException {
    return read(file, Path.of("/sys/class/drm"));
  }

  /** The device files of each device, by {@code NAME:INDEX}. */
  static Map<String, List<String>> files(Path file) throws IOException {
    TreeMap<String, List<String>> found = new TreeMap<>();
    for (String[] words : lines(file)) {
      String device = words[0] + ":" + Integer.parseInt(words[1]);
      found.computeIfAbsent(device, any -> new ArrayList<>()).add(words[2]);
    }
    return found;
  }

  private static List<String[]> lines(Path file) throws IOException {
    List<String[]> found = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String text = line.replaceFirst("#.*", "").strip();
      if (text.isEmpty()) {
        continue;
      }
      String[] words = text.split("\\s+");
      if (words.length != 3 || !words[1].matches("\\d{1,6}")) {
        throw new IllegalArgumentException(file + ": not NAME INDEX PATH: " + text);
      }
      found.add(words);
    }
    return found;
  }

  static List<GresInventory> read(Path file, Path drm) throws IOException {
    TreeMap<String, TreeSet<Integer>> found = new TreeMap<>();
    TreeSet<String> others = new TreeSet<>();
    for (String[] words : lines(file)) {
      found.computeIfAbsent(words[0], any -> new TreeSet<>()).add(Integer.parseInt(words[1]));
      if (!isOfAmd(drm, words[2])) {
        others.add(words[0]);
      }
    }
    List<GresInventory> out = new ArrayList<>();
    found.forEach((name, indices) -> {
      if (indices.getLast() != indices.size() - 1) {
        throw new IllegalArgumentException(
            file + ": the devices " + name + " are not numbered from 0 without a gap");
      }
      String model = others.contains(name) ? "" : NodeFacts.AMD;
      out.add(new GresInventory(name, model, indices.size()));
    });
    return out;
  }

  private static boolean isOfAmd(Path drm, String device) throws IOException {
    Path vendor = drm.resolve(Path.of(device).getFileName()).resolve("device/vendor");
    return device.startsWith("/dev/dri/")
        && Files.isReadable(vendor)
        && Files.readString(vendor).strip().equals(AMD_VENDOR);
  }
}
