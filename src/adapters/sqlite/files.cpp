#include "adapters/sqlite/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <vector>

#include "adapters/sqlite/wal_scan.hpp"

namespace greenlang::adapters::sqlite {
namespace {

constexpr int kMaxLooks = 5;
constexpr std::size_t kReadBytes = std::size_t{1} << 20;
constexpr std::uint32_t kOurPageBytes = 8192;  // when the database's header does not tell
constexpr std::string_view kDbMagic("SQLite format 3\0", 16);

class ReadFile {
 public:
  explicit ReadFile(const std::string& path, int flags = 0) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags)) {}
  ~ReadFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  ReadFile(const ReadFile&) = delete;
  ReadFile& operator=(const ReadFile&) = delete;

  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  // -1 when it cannot be told.
  std::int64_t size() const {
    struct stat info {};
    return ::fstat(fd_, &info) == 0 ? std::int64_t{info.st_size} : -1;
  }
  // The bytes read, fewer than asked for only at the end of the file; -1 on failure.
  std::int64_t read_at(std::int64_t offset, char* out, std::size_t count) const {
    std::size_t done = 0;
    while (done < count) {
      const ssize_t n = ::pread(fd_, out + done, count - done, offset + static_cast<std::int64_t>(done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return -1;
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return static_cast<std::int64_t>(done);
  }

 private:
  int fd_;
};

Error unavailable(const std::string& path, std::string_view what) {
  return {ErrorCode::kUnavailable, "cannot " + std::string(what) + ": " + std::strerror(errno), path};
}

Error corrupt(const std::string& path, std::string message) {
  return {ErrorCode::kCorrupt, std::move(message) + "; restore the ledger from a backup", path};
}

Result<void> sync_folder(const std::string& path) {
  const ReadFile folder(path.empty() ? "." : path, O_DIRECTORY);
  // A folder in which one may make things but not look around cannot be synced.
  if (!folder.ok() && errno == EACCES) return {};
  if (folder.ok() && (::fsync(folder.fd()) == 0 || errno == EINVAL)) return {};  // EINVAL: not of this file system
  return unavailable(path, "sync the directory");
}

struct Db {
  std::int64_t size = 0;         // 0 also when it is missing
  std::uint32_t page_bytes = 0;  // 0: its header is not that of a database
  bool cut() const { return page_bytes != 0 && size % page_bytes != 0; }
  std::uint32_t pages() const { return page_bytes == 0 ? 0 : static_cast<std::uint32_t>(size / page_bytes); }
  // The page that is only there in part, counted from 1; 0 for none.
  std::uint32_t cut_page() const { return cut() ? pages() + 1 : 0; }
};

Result<Db> look_at_db(const std::string& path) {
  Db db;
  const ReadFile file(path);
  if (!file.ok() && errno == ENOENT) return db;
  std::array<char, 18> header;
  const std::int64_t got = file.ok() ? file.read_at(0, header.data(), header.size()) : -1;
  db.size = got < 0 ? -1 : file.size();
  if (db.size < 0) return unavailable(path, "read the database");
  if (got < static_cast<std::int64_t>(header.size()) || std::string_view(header.data(), 16) != kDbMagic) return db;
  const auto high = static_cast<unsigned char>(header[16]), low = static_cast<unsigned char>(header[17]);
  const std::uint32_t bytes = std::uint32_t{high} << 8 | low;
  if (bytes == 1) db.page_bytes = 65536;
  else if (bytes >= 512 && std::has_single_bit(bytes)) db.page_bytes = bytes;
  return db;
}

// One look at everything. `header` tells whether the log began anew between two of them.
struct Look {
  std::string header;
  Result<void> verdict;
  bool settled = true;  // false: the log began anew during the look
};

Result<void> scan(const ReadFile& file, const std::string& path, WalScan& log) {
  const std::size_t frame = log.frame_bytes();
  std::vector<char> buffer(frame * (1 + kReadBytes / frame));
  std::int64_t offset = kWalHeaderBytes;
  for (;;) {
    const std::int64_t got = file.read_at(offset, buffer.data(), buffer.size());
    if (got < 0) return unavailable(path, "read the write-ahead log");
    const std::size_t whole = static_cast<std::size_t>(got) / frame * frame;
    for (std::size_t at = 0; at < whole; at += frame) log.add({buffer.data() + at, frame});
    if (!log.fault().empty()) return corrupt(path, log.fault());
    if (static_cast<std::size_t>(got) < buffer.size()) return {};
    offset += got;
  }
}

Look look(const std::string& db_path, const std::string& wal_path) {
  Look out;
  const Result<Db> db = look_at_db(db_path);
  if (!db) {
    out.verdict = db.error();
    return out;
  }
  bool cut_page_is_in_log = false;
  const ReadFile wal(wal_path);
  if (!wal.ok() && errno != ENOENT) out.verdict = unavailable(wal_path, "read the write-ahead log");
  std::array<char, kWalHeaderBytes> header;
  const auto read_header = [&] {
    const std::int64_t got = wal.read_at(0, header.data(), header.size());
    return std::string(header.data(), got < 0 ? 0 : static_cast<std::size_t>(got));
  };
  if (wal.ok()) out.header = read_header();
  if (!out.header.empty() && db->size == 0) {
    out.verdict = corrupt(db_path, "the database is missing or empty, but has a write-ahead log");
  } else if (out.header.size() == kWalHeaderBytes) {
    WalScan log(out.header,
                {.page_bytes = db->page_bytes == 0 ? kOurPageBytes : db->page_bytes, .pages = db->pages(), .watched_page = db->cut_page()});
    out.verdict = scan(wal, wal_path, log);
    cut_page_is_in_log = log.watched_page_committed();
    out.settled = read_header() == out.header;
  }
  // A rollback journal holds what the file was before: that of a first start that was killed.
  if (out.verdict.ok() && db->cut() && !cut_page_is_in_log && !exists(db_path + "-journal")) {
    out.verdict = corrupt(db_path, "the file is cut: its " + std::to_string(db->size) + " bytes are not a multiple of its page size, " +
                                       std::to_string(db->page_bytes));
  }
  return out;
}

}  // namespace

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<void> make_folder(const std::string& path) {
  std::filesystem::path absolute = std::filesystem::absolute(path).lexically_normal();
  if (!absolute.has_filename()) absolute = absolute.parent_path();  // it ended with a slash
  std::vector<std::filesystem::path> missing;
  for (std::filesystem::path at = absolute; !exists(at) && at.has_relative_path(); at = at.parent_path()) {
    missing.push_back(at);
  }
  std::error_code error;
  std::filesystem::create_directories(absolute, error);
  if (error) return Error{ErrorCode::kUnavailable, "cannot make the directory: " + error.message(), path};
  // Its own entry always: a start that was killed may have made it without coming this far.
  if (missing.empty()) missing.push_back(absolute);
  for (const std::filesystem::path& made : missing) {
    if (Result<void> done = sync_folder(made.parent_path()); !done) return done;
  }
  return {};
}

Result<void> rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return unavailable(to, "rename to this file");
  return sync_folder(std::filesystem::path(to).parent_path());
}

Result<void> check_files(const std::string& db_path) {
  const std::string wal_path = db_path + "-wal";
  Look before;
  for (int i = 0; i < kMaxLooks; ++i) {
    Look now = look(db_path, wal_path);
    if (now.verdict.ok() || now.verdict.error().code != ErrorCode::kCorrupt) return now.verdict;
    // A frame that was being written during the first look is whole at the second.
    const bool again = now.settled && before.settled && !before.verdict.ok() && now.header == before.header &&
                       now.verdict.error().message == before.verdict.error().message;
    if (again) return now.verdict;
    before = std::move(now);
  }
  return {};  // the log begins anew again and again: another process is alive and writes it
}

}  // namespace greenlang::adapters::sqlite
