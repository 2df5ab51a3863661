package org.queqiao.contract.metrics;

import java.util.Optional;

/**
 * Everything that is counted of a run. Numbers and names are part of the contract: they are never
 * changed or reused. The page {@code docs/counters.md} is the same table in words.
 */
public enum Counter {
  CYCLES(1, "cycles", Unit.COUNT),
  INSTRUCTIONS(2, "instructions", Unit.COUNT),
  CACHE_REFERENCES(3, "cacheReferences", Unit.COUNT),
  CACHE_MISSES(4, "cacheMisses", Unit.COUNT),
  BRANCHES(5, "branches", Unit.COUNT),
  BRANCH_MISSES(6, "branchMisses", Unit.COUNT),
  STALLED_CYCLES_FRONTEND(7, "stalledCyclesFrontend", Unit.COUNT),
  STALLED_CYCLES_BACKEND(8, "stalledCyclesBackend", Unit.COUNT),
  TASK_CLOCK(9, "taskClockNs", Unit.NANOSECONDS),
  PAGE_FAULTS(10, "pageFaults", Unit.COUNT),
  MAJOR_FAULTS(11, "majorFaults", Unit.COUNT),
  CONTEXT_SWITCHES(12, "contextSwitches", Unit.COUNT),
  MIGRATIONS(13, "cpuMigrations", Unit.COUNT),
  FLOAT_1(14, "fpInstructions1", Unit.COUNT),
  FLOAT_2(15, "fpInstructions2", Unit.COUNT),
  FLOAT_4(16, "fpInstructions4", Unit.COUNT),
  FLOAT_8(17, "fpInstructions8", Unit.COUNT),
  FLOAT_16(18, "fpInstructions16", Unit.COUNT),
  CPU_USER(20, "cpuUserUs", Unit.MICROSECONDS),
  CPU_SYSTEM(21, "cpuSystemUs", Unit.MICROSECONDS),
  MEMORY_PEAK(22, "memPeakBytes", Unit.BYTES, true),
  LARGEST_PROCESS(23, "largestProcessBytes", Unit.BYTES, true),
  READ(24, "readBytes", Unit.BYTES),
  WRITTEN(25, "writtenBytes", Unit.BYTES),
  STORAGE_READ(26, "storageReadBytes", Unit.BYTES),
  STORAGE_WRITTEN(27, "storageWrittenBytes", Unit.BYTES),
  MEMORY(28, "memBytes", Unit.BYTES, Scope.SERIES),
  FLOAT_OPERATIONS(29, "floatingPointOperations", Unit.COUNT),
  RUN_ENERGY(30, "energyUj", Unit.MICROJOULES),
  ACCELERATOR_BUSY(31, "acceleratorBusyMilli", Unit.MILLI, Scope.SERIES),
  ACCELERATOR_MEMORY(32, "acceleratorMemBytes", Unit.BYTES, Scope.SERIES),
  ACCELERATOR_POWER(33, "acceleratorPowerMw", Unit.MILLIWATTS, Scope.SERIES),
  ACCELERATOR_MEMORY_PEAK(34, "acceleratorMemPeakBytes", Unit.BYTES, true),
  ACCELERATOR_ENERGY(35, "acceleratorEnergyUj", Unit.MICROJOULES),
  ACCELERATOR_TIME(36, "acceleratorTimeMs", Unit.MILLISECONDS),
  ACCELERATOR_BUSY_TIME(37, "acceleratorBusyTimeMs", Unit.MILLISECONDS),
  ACCELERATOR_IDLE_TIME(38, "acceleratorIdleTimeMs", Unit.MILLISECONDS),
  NODE_LOAD(40, "load1Milli", Unit.MILLI, Scope.NODE),
  NODE_CPU(41, "nodeCpuBusyUs", Unit.MICROSECONDS, Scope.NODE),
  NODE_MEMORY(42, "nodeMemUsedBytes", Unit.BYTES, Scope.NODE),
  NETWORK_RECEIVED(44, "networkReceivedBytes", Unit.BYTES, Scope.NODE),
  NETWORK_SENT(45, "networkSentBytes", Unit.BYTES, Scope.NODE),
  ENERGY(46, "cpuEnergyUj", Unit.MICROJOULES, Scope.NODE),
  GPU_BUSY(47, "gpuBusyMilli", Unit.MILLI, Scope.NODE),
  GPU_MEMORY(48, "gpuMemUsedBytes", Unit.BYTES, Scope.NODE),
  GPU_POWER(49, "gpuPowerMw", Unit.MILLIWATTS, Scope.NODE),
  LUSTRE_READ(50, "lustreReadBytes", Unit.BYTES, Scope.NODE),
  LUSTRE_WRITTEN(51, "lustreWrittenBytes", Unit.BYTES, Scope.NODE),
  MEMORY_ENERGY(52, "memEnergyUj", Unit.MICROJOULES, Scope.NODE),
  MEMORY_READ(53, "memControllerReadBytes", Unit.BYTES, Scope.NODE),
  MEMORY_WRITTEN(54, "memControllerWrittenBytes", Unit.BYTES, Scope.NODE),
  RECEIVED(55, "receivedBytes", Unit.BYTES),
  SENT(56, "sentBytes", Unit.BYTES);

  /** Of what it is counted. */
  public enum Scope {
    /** Of a run: a total at its end. */
    RUN,
    /** Of a run while it lives, not as a total. */
    SERIES,
    /** Of a node as a whole. */
    NODE
  }

  /** What a value counts. */
  public enum Unit {
    COUNT("count"),
    NANOSECONDS("ns"),
    MICROSECONDS("us"),
    MILLISECONDS("ms"),
    BYTES("bytes"),
    MILLI("1/1000"),
    MICROJOULES("uJ"),
    MILLIWATTS("mW");

    private final String text;

    Unit(String text) {
      this.text = text;
    }

    /** As it is written. */
    public String text() {
      return text;
    }
  }

  private final int number;
  private final String text;
  private final Unit unit;
  private final Scope scope;
  private final boolean peak;

  Counter(int number, String text, Unit unit) {
    this(number, text, unit, Scope.RUN, false);
  }

  Counter(int number, String text, Unit unit, boolean peak) {
    this(number, text, unit, Scope.RUN, peak);
  }

  Counter(int number, String text, Unit unit, Scope scope) {
    this(number, text, unit, scope, false);
  }

  Counter(int number, String text, Unit unit, Scope scope, boolean peak) {
    this.number = number;
    this.text = text;
    this.unit = unit;
    this.scope = scope;
    this.peak = peak;
  }

  public Scope scope() {
    return scope;
  }

  /** Whether it is of the accelerators that a run holds. */
  public boolean isOfAccelerators() {
    return number >= ACCELERATOR_BUSY.number && number <= ACCELERATOR_IDLE_TIME.number;
  }

  /** Its number in records and messages. */
  public int number() {
    return number;
  }

  /** Its name for people and programs. */
  public String text() {
    return text;
  }

  public Unit unit() {
    return unit;
  }

  /** Whether of several nodes the largest value counts, and not the sum. */
  public boolean isPeak() {
    return peak;
  }

  /** The counter of this number; nothing for one that a newer program counts. */
  public static Optional<Counter> of(int number) {
    for (Counter counter : values()) {
      if (counter.number == number) {
        return Optional.of(counter);
      }
    }
    return Optional.empty();
  }
}
