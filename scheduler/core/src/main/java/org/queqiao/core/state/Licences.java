package org.queqiao.core.state;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.event.LicenceDefined;

/** The licences of the site, and how many of each the runs hold. */
public final class Licences {
  private final TreeMap<String, LicenceDefined> defined = new TreeMap<>();

  /** Derived from the jobs that hold resources. */
  private final TreeMap<String, Integer> used = new TreeMap<>();

  Licences() {}

  void define(LicenceDefined licence) {
    defined.put(licence.name(), licence);
  }

  void take(Map<String, Integer> licences) {
    licences.forEach((name, count) -> used.merge(name, count, Math::addExact));
  }

  void give(Map<String, Integer> licences) {
    licences.forEach((name, count) ->
        used.computeIfPresent(name, (_, held) -> held.equals(count) ? null : held - count));
  }

  /** All licences, by name. */
  public Collection<LicenceDefined> all() {
    return Collections.unmodifiableCollection(defined.values());
  }

  public Optional<LicenceDefined> find(String name) {
    return Optional.ofNullable(defined.get(name));
  }

  /** How many of a licence the runs hold. */
  public int used(String name) {
    return used.getOrDefault(name, 0);
  }

  /** How many of each are free; below 0 where the site has fewer now than are in use. */
  public SortedMap<String, Integer> free() {
    TreeMap<String, Integer> free = new TreeMap<>();
    defined.forEach((name, licence) -> free.put(name, licence.count() - used(name)));
    return free;
  }

  /** Whether as many are free as a job asks for. */
  public boolean areFree(Map<String, Integer> asked) {
    return asked.entrySet().stream().allMatch(each -> isFree(each.getKey(), each.getValue()));
  }

  /** Whether so many of one are free. */
  public boolean isFree(String name, int count) {
    LicenceDefined licence = defined.get(name);
    return licence != null && licence.count() - used(name) >= count;
  }

  @Override
  public String toString() {
    return defined + ", used " + used;
  }
}
