package org.queqiao.simulator.check;

/** The invariants that a simulation checks, numbered as in the design. */
public enum Invariant {
  I1("a core has one run at a time"),
  I2("memory and devices of a node are not given out twice"),
  I3("a job runs at most once at a time in the world"),
  I4("an accepted job is never lost"),
  I5("an accepted job ends exactly once"),
  I6("only legal transitions happen"),
  I7("nothing leaves before its cause is durable"),
  I8("the same log gives the same state"),
  I9("positions are contiguous, epochs and times never fall"),
  I10("what was durable stays as it was"),
  I11("an epoch has one writer, and an older one writes nothing more"),
  I12("an agent obeys only the newest epoch"),
  I13("a run is launched at most once"),
  I14("a launch follows its allocation"),
  I15("a core is not reused before its old user is proven gone"),
  I16("a process without an allocation is ended"),
  I17("the bill is the usage"),
  I18("the books sum to zero"),
  I19("a run is billed exactly once"),
  I20("a hold is paid for and is resolved exactly once"),
  I23("times are sane"),
  I24("limits are kept where something starts or comes"),
  I25("what is derived equals what it is derived from"),
  I26("a job starts after those it depends on, as it wished"),
  I28("when faults stop, everything finishes"),
  I29("every fact has a permitted actor"),
  I30("whom a job runs as is fixed at its submission"),
  I31("job ids are never reused"),
  I35("queues keep their bounds"),
  I36("nothing is acknowledged after a failed write"),
  I37("the same key is the same job"),
  I38("a reserved node is held by nobody else"),
  I39("only those are pushed aside whom the site lets be"),
  I41("a job gets the nodes that it may use and asked for"),
  I42("a licence is not given out twice"),
  I43("a suspended run stands still"),
  I46("a run that was stopped for another goes on when its cores are its own again");

  private final String sentence;

  Invariant(String sentence) {
    this.sentence = sentence;
  }

  /** What it says. */
  public String sentence() {
    return sentence;
  }
}
