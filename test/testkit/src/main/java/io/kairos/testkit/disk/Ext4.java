package io.kairos.testkit.disk;

import io.kairos.testkit.disk.Ext4Superblock.Feature;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file system of the ext family, read from its blocks: without its journal it is what a boot
 * loader sees, with {@link #recovered} it is what a kernel mounts. Independent of the drivers of
 * both, so that it can judge what they are given. Sources: Linux, fs/ext4/ext4.h and
 * ext4_extents.h.
 */
public final class Ext4 {
  private static final int ROOT_INODE = 2;
  private static final int MOST_LINKS = 8;
  private static final int USUAL_INODE_SIZE = 128;
  private static final int EXTENTS_FLAG = 0x80000;
  private static final int INLINE_DATA_FLAG = 0x10000000;
  private static final int BLOCKS_AT = 40;
  private static final int BLOCKS_SIZE = 60;
  private static final int EXTENT_MAGIC = 0xF30A;
  private static final int EXTENT_SIZE = 12;
  private static final int LONGEST_INITIALISED = 32768;
  private static final int DEEPEST = 5;
  private static final int DIRECT_BLOCKS = 12;
  private static final int TYPE_MASK = 0xF000;
  private static final int DIRECTORY = 0x4000;
  private static final int REGULAR = 0x8000;
  private static final int LINK = 0xA000;

  private final View blocks;
  private final Ext4Superblock superblock;

  private Ext4(View blocks, Ext4Superblock superblock) {
    this.blocks = blocks;
    this.superblock = superblock;
  }

  /**
   * As it is on the disk, whatever the journal says: GRUB reads it so.
   *
   * @throws IOException when there is no such file system
   */
  public static Ext4 raw(View partition) throws IOException {
    return new Ext4(partition, Ext4Superblock.read(partition));
  }

  /**
   * As it is after a mount, which replays the journal.
   *
   * @throws IOException when the kernel would refuse to mount it
   */
  public static Ext4 recovered(View partition) throws IOException {
    Ext4 raw = raw(partition);
    if (!raw.superblock.has(Feature.JOURNAL)) {
      return raw;
    }
    View journal = raw.data(raw.inode(raw.superblock.journalInode()));
    View replayed =
        Journal.read(journal, raw.superblock.blockSize())
            .replayedOver(partition, raw.superblock.needsRecovery());
    return raw(replayed);
  }

  public Optional<String> label() {
    return superblock.label();
  }

  /** A regular file by its absolute path; links are followed inside this file system. */
  public View file(String path) throws IOException {
    Inode inode = find(path);
    if (inode.type() != REGULAR) {
      throw new IOException(path + " is no regular file");
    }
    return data(inode);
  }

  public boolean exists(String path) throws IOException {
    try {
      var _ = find(path);
      return true;
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  /** Names in a directory, without its own and its parent's. */
  public List<String> list(String directory) throws IOException {
    List<String> names = new ArrayList<>(entries(find(directory), directory).keySet());
    names.removeAll(List.of(".", ".."));
    names.sort(null);
    return names;
  }

  /** The regular files in a directory by their names, links left out. */
  public SortedMap<String, View> files(String directory) throws IOException {
    SortedMap<String, View> files = new TreeMap<>();
    for (var entry : entries(find(directory), directory).entrySet()) {
      Inode inode = inode(entry.getValue());
      if (inode.type() == REGULAR) {
        files.put(entry.getKey(), data(inode));
      }
    }
    return files;
  }

  /** The whole of a small file. */
  public byte[] bytes(String path) throws IOException {
    View file = file(path);
    return file.read(0, Math.toIntExact(file.size())).array();
  }

  // ---- paths

  private Inode find(String path) throws IOException {
    return find(path, 0);
  }

  private Inode find(String path, int links) throws IOException {
    Inode at = inode(ROOT_INODE);
    String walked = "";
    List<String> names = new ArrayList<>(List.of(path.split("/+")));
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isEmpty()) {
        continue;
      }
      Integer number = entries(at, walked).get(name);
      if (number == null) {
        throw new FileNotFoundException(path + ": " + walked + " has no " + name);
      }
      Inode next = inode(number);
      if (next.type() == LINK) {
        if (links == MOST_LINKS) {
          throw new IOException("too many links: " + path);
        }
        String target = target(next);
        String rest = String.join("/", names.subList(i + 1, names.size()));
        return find(
            (target.startsWith("/") ? target : walked + "/" + target) + "/" + rest, links + 1);
      }
      at = next;
      walked += "/" + name;
    }
    return at;
  }

  /** Short targets lie in the inode itself. */
  private String target(Inode link) throws IOException {
    ByteBuffer text =
        link.size() < BLOCKS_SIZE
            ? link.raw().slice(BLOCKS_AT, (int) link.size())
            : data(link).read(0, (int) link.size());
    return StandardCharsets.UTF_8.decode(text).toString();
  }

  /** Blocks of an index look like blocks of one unused entry. */
  private Map<String, Integer> entries(Inode directory, String path) throws IOException {
    if (directory.type() != DIRECTORY) {
      throw new FileNotFoundException(path + " is no directory");
    }
    Map<String, Integer> found = new LinkedHashMap<>();
    View data = data(directory);
    int blockSize = superblock.blockSize();
    for (long block = 0; block < data.size(); block += blockSize) {
      ByteBuffer entries = data.read(block, blockSize);
      for (int at = 0; at < blockSize; ) {
        int length = Short.toUnsignedInt(entries.getShort(at + 4));
        if (length < 8 || at + length > blockSize) {
          throw new IOException("the directory " + path + " is damaged at octet " + (block + at));
        }
        int inode = entries.getInt(at);
        int nameLength = Byte.toUnsignedInt(entries.get(at + 6));
        if (inode != 0) {
          byte[] name = new byte[nameLength];
          entries.get(at + 8, name);
          found.put(new String(name, StandardCharsets.UTF_8), inode);
        }
        at += length;
      }
    }
    return found;
  }

  // ---- inodes

  private record Inode(int number, ByteBuffer raw) {
    int type() {
      return raw.getShort(0) & TYPE_MASK;
    }

    long size() {
      return Integer.toUnsignedLong(raw.getInt(4)) | (long) raw.getInt(108) << 32;
    }

    boolean has(int flag) {
      return (raw.getInt(32) & flag) != 0;
    }
  }

  private Inode inode(int number) throws IOException {
    if (number < 1 || number > superblock.inodes()) {
      throw new IOException("there is no inode " + number);
    }
    int group = (number - 1) / superblock.inodesPerGroup();
    long index = (number - 1L) % superblock.inodesPerGroup();
    ByteBuffer descriptor =
        blocks.read(superblock.descriptorAt(group), superblock.descriptorSize());
    long table = Integer.toUnsignedLong(descriptor.getInt(8));
    if (superblock.descriptorSize() > 32) {
      table |= (long) descriptor.getInt(0x28) << 32;
    }
    long at = table * superblock.blockSize() + index * superblock.inodeSize();
    return new Inode(number, blocks.read(at, USUAL_INODE_SIZE));
  }

  private View data(Inode inode) throws IOException {
    if (inode.has(INLINE_DATA_FLAG)) {
      throw new IOException("inode " + inode.number() + " holds its data itself: not read here");
    }
    var map = new BlockMap();
    if (inode.has(EXTENTS_FLAG)) {
      extents(inode.raw().slice(BLOCKS_AT, BLOCKS_SIZE).order(inode.raw().order()), map, DEEPEST);
    } else {
      new Indirect(inode, map).all();
    }
    return map.view(inode.size());
  }

  private void extents(ByteBuffer node, BlockMap map, int deepest) throws IOException {
    int depth = Short.toUnsignedInt(node.getShort(6));
    if (Short.toUnsignedInt(node.getShort(0)) != EXTENT_MAGIC || depth > deepest) {
      throw new IOException("a tree of extents is damaged");
    }
    int count = Short.toUnsignedInt(node.getShort(2));
    if ((count + 1) * EXTENT_SIZE > node.limit()) {
      throw new IOException("a tree of extents is damaged");
    }
    for (int i = 1; i <= count; i++) {
      int at = i * EXTENT_SIZE;
      long first = Integer.toUnsignedLong(node.getInt(at));
      if (depth > 0) {
        long child =
            Integer.toUnsignedLong(node.getInt(at + 4))
                | (long) Short.toUnsignedInt(node.getShort(at + 8)) << 32;
        extents(block(child), map, depth - 1);
        continue;
      }
      int length = Short.toUnsignedInt(node.getShort(at + 4));
      long start =
          Integer.toUnsignedLong(node.getInt(at + 8))
              | (long) Short.toUnsignedInt(node.getShort(at + 6)) << 32;
      if (length <= LONGEST_INITIALISED) { // longer ones are allocated and read as zeros
        map.add(first, start, length);
      }
    }
  }

  private ByteBuffer block(long number) throws IOException {
    int size = superblock.blockSize();
    return blocks.read(number * size, size);
  }

  /** The map of blocks that ext2 has: direct, then once, twice and thrice indirect. */
  private final class Indirect {
    private final Inode inode;
    private final BlockMap map;
    private final long count;
    private final int perBlock = superblock.blockSize() / Integer.BYTES;
    private long next;

    Indirect(Inode inode, BlockMap map) {
      this.inode = inode;
      this.map = map;
      this.count = (inode.size() + superblock.blockSize() - 1) / superblock.blockSize();
    }

    void all() throws IOException {
      for (int i = 0; i < DIRECT_BLOCKS + 3 && next < count; i++) {
        add(inode.raw().getInt(BLOCKS_AT + i * Integer.BYTES), Math.max(0, i - DIRECT_BLOCKS + 1));
      }
    }

    private void add(int number, int depth) throws IOException {
      long block = Integer.toUnsignedLong(number);
      if (depth == 0) {
        if (block != 0) {
          map.add(next, block, 1);
        }
        next++;
      } else if (block == 0) {
        next += (long) Math.pow(perBlock, depth);
      } else {
        ByteBuffer table = block(block);
        for (int i = 0; i < perBlock && next < count; i++) {
          add(table.getInt(i * Integer.BYTES), depth - 1);
        }
      }
    }
  }

  /** Where the blocks of a file are; between them are zeros. */
  private final class BlockMap {
    private record Run(long first, long start, long length) {}

    private final List<Run> runs = new ArrayList<>();

    void add(long first, long start, long length) throws IOException {
      if (start + length > superblock.blocks()) {
        throw new IOException("block " + start + " lies beyond the file system");
      }
      if (!runs.isEmpty()) {
        Run last = runs.getLast();
        if (last.first() + last.length() > first) {
          throw new IOException("a map of blocks is not in order");
        }
        if (last.first() + last.length() == first && last.start() + last.length() == start) {
          runs.set(runs.size() - 1, new Run(last.first(), last.start(), last.length() + length));
          return;
        }
      }
      runs.add(new Run(first, start, length));
    }

    View view(long size) {
      var sorted = new TreeMap<Long, Run>();
      runs.forEach(run -> sorted.put(run.first(), run));
      int blockSize = superblock.blockSize();
      return new View(size) {
        @Override
        protected void pieces(long offset, long length, Sink sink) throws IOException {
          long at = offset;
          long end = offset + length;
          while (at < end) {
            var found = sorted.floorEntry(at / blockSize);
            long into = found == null ? 0 : at - found.getKey() * blockSize;
            long left = found == null ? 0 : found.getValue().length() * blockSize - into;
            if (left > 0) {
              long count = Math.min(left, end - at);
              blocks.pieces(found.getValue().start() * blockSize + into, count, sink);
              at += count;
            } else {
              Long next = sorted.higherKey(at / blockSize);
              long count = (next == null ? end : Math.min(end, next * blockSize)) - at;
              sink.piece(null, 0, count);
              at += count;
            }
          }
        }
      };
    }
  }
}
