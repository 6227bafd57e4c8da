package io.kairos.stages;

import java.util.List;

/**
 * The files of one source; they make one graph.
 *
 * @param label the folder, file, URL or word that the user knows it by
 * @param files in their order
 */
record StageSource(String label, List<StageFile> files) {
  StageSource {
    files = List.copyOf(files);
  }
}
