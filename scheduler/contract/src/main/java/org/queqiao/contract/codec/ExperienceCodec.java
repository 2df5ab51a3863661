package org.queqiao.contract.codec;

import java.util.HexFormat;
import org.queqiao.contract.snapshot.ExperienceImage;
import org.queqiao.contract.wire.PbExperienceImage;
import org.queqiao.contract.wire.PbKindRuns;
import org.queqiao.contract.wire.PbUserRuns;

/** What was learnt of run times, to its wire form and back. */
final class ExperienceCodec {
  private ExperienceCodec() {}

  static PbExperienceImage write(ExperienceImage image) {
    PbExperienceImage.Builder out = PbExperienceImage.newBuilder();
    for (ExperienceImage.UserRuns each : image.users()) {
      out.addUsers(
          PbUserRuns.newBuilder()
              .setUid(each.uid())
              .addAllRunMs(each.runsMs())
              .setGainedByKinds(each.gainedByKinds())
              .setGainedByUser(each.gainedByUser()));
    }
    for (ExperienceImage.KindRuns each : image.kinds()) {
      out.addKinds(
          PbKindRuns.newBuilder()
              .setUid(each.uid())
              .setProject(each.project())
              .setName(each.name())
              .setScript(ModelWriter.bytes(HexFormat.of().parseHex(each.script())))
              .setCores(each.cores())
              .setLimitMs(each.limitMs())
              .addAllRunMs(each.runsMs())
              .setTrial(each.trial()));
    }
    return out.build();
  }

  static ExperienceImage read(PbExperienceImage in) {
    return new ExperienceImage(
        ModelReader.list(
            in.getUsersList(),
            each ->
                new ExperienceImage.UserRuns(
                    each.getUid(),
                    each.getRunMsList(),
                    each.getGainedByKinds(),
                    each.getGainedByUser())),
        ModelReader.list(
            in.getKindsList(),
            each ->
                new ExperienceImage.KindRuns(
                    each.getUid(),
                    each.getProject(),
                    each.getName(),
                    HexFormat.of().formatHex(each.getScript().toByteArray()),
                    each.getCores(),
                    each.getLimitMs(),
                    each.getRunMsList(),
                    each.getTrial())));
  }
}
