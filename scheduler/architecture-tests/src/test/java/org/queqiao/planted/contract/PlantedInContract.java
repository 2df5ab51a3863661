package org.queqiao.planted.contract;

import org.queqiao.planted.core.PlantedInCore;

/** Looks upwards. */
public final class PlantedInContract {
  PlantedInCore above;
}
