// What the commands of an agent's program share.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "ledger/log.hpp"
#include "service/service.hpp"

namespace CLI {
class App;
}

namespace greenlang::service {

// Options that every command has, and the exit code of the one that ran.
struct Context {
  const Host& host;
  std::string factors_path;  // --factors
  int exit_code = 0;
};

// Each adds its command to the program.
void add_batch(CLI::App& app, Context& context);
void add_call(CLI::App& app, Context& context);
void add_tools(CLI::App& app, Context& context);
void add_serve(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_prove(CLI::App& app, Context& context);
void add_ledger(CLI::App& app, Context& context);
void add_health(CLI::App& app, Context& context);
void add_completion(CLI::App& app, Context& context);

// The agent, with the company's factors when --factors is given.
Result<LoadedAgent> load_agent(const Context& context);

// --ledger, else $GREENLANG_LEDGER, else a folder of the user's state directory.
std::string ledger_directory(const Context& context, const std::string& given);
Result<std::unique_ptr<ledger::Log>> open_log(const Context& context, const std::string& directory);

// A file to read; "-" is standard input. kNotFound, kInvalid for a directory or without permission; names the file.
class InputFile {
 public:
  static Result<InputFile> open(const std::string& path);
  InputFile(InputFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();
  int fd() const { return fd_; }

 private:
  explicit InputFile(int fd) : fd_(fd) {}
  int fd_;
};

// At most `limit` bytes of a file; "-" is standard input. Errors name the file.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// A file that appears under its name only when it is complete: temporary name, fsync, rename. Without commit()
// nothing is left behind.
class NewFile {
 public:
  // A link is followed, so that its target gets the new content. kInvalid for a directory.
  static Result<NewFile> create(const std::string& path);
  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();
  int fd() const { return fd_; }
  Result<void> write(std::string_view bytes);
  Result<void> sync();          // the bytes are on the disk
  Result<void> commit();        // sync, then the final name
  Result<void> remove_older();  // what has the final name now, if anything

 private:
  NewFile(int fd, std::string path, std::string temporary) : fd_(fd), path_(std::move(path)), temporary_(std::move(temporary)) {}
  int fd_ = -1;
  std::string path_, temporary_;
};

// kNotFound that names the closest tool.
Error unknown_tool(const tool::Agent& agent, std::string_view name);

// Prints an error for a person (or as a problem document when `json`) and returns its exit code.
int fail(const Error& error, bool json = false);
int fail(const Errors& errors, bool json = false);

// Set by SIGINT and SIGTERM once watch_signals() was called.
const std::atomic<bool>& stop_requested();
void watch_signals();

// "1 234 567", "12.3 MB", "1.2 M rows/s".
std::string grouped(std::uint64_t number);

}  // namespace greenlang::service
