package org.queqiao.planted.testkit;

import org.queqiao.planted.core.PlantedInCore;

/** Knows what it is to test. */
public final class PlantedInTestkit {
  PlantedInCore tested;
}
