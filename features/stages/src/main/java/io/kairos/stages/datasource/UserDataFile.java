package io.kairos.stages.datasource;

import io.kairos.stages.StepContext;
import io.kairos.stages.action.HostFiles;
import java.util.Optional;

/** A file of this machine. */
record UserDataFile(String path) implements Datasource {
  @Override
  public String name() {
    return "file";
  }

  @Override
  public boolean needsNetwork() {
    return false;
  }

  @Override
  public Optional<UserData> fetch(StepContext context) {
    return HostFiles.read(context.host(), HostFiles.normalized(path)).map(UserData::of);
  }
}
