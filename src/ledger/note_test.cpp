#include "ledger/note.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace greenlang::ledger {
namespace {

// The example of Go's note package. Ed25519 is deterministic, so the same key gives the same bytes.
constexpr const char* kSecret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr const char* kVerifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kText = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const std::string kSignature =
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

VerifierKey verifier() { return std::move(*VerifierKey::parse(kVerifier)); }

class NoteFile : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("note_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
    path_ = directory_ / "ledger.key";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_;
  std::string path_;
};

TEST(Note, SignsAndOpensTheExampleOfGo) {
  const Result<SigningKey> key = SigningKey::parse(kSecret);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->name(), "PeterNeumann");
  EXPECT_EQ(key->verifier_text(), kVerifier);
  const std::string note = key->sign(kText);
  EXPECT_EQ(note, kText + "\n" + kSignature);
  const Result<std::string> text = verifier().open(note);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, kText);
}

TEST(Note, EveryChangedByteOfTextOrSignatureFails) {
  const std::string note = kText + "\n" + kSignature;
  for (std::size_t i = 0; i < note.size(); ++i) {
    std::string changed = note;
    changed[i] ^= 1;
    EXPECT_FALSE(verifier().open(changed).ok()) << i;
    EXPECT_FALSE(verifier().open(note.substr(0, i)).ok()) << i;
  }
}

TEST(Note, SignaturesOfOthersAreIgnoredButMustBeWellFormed) {
  const std::string other =
      "\xE2\x80\x94 EnochRoot "
      "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";
  EXPECT_TRUE(verifier().open(kText + "\n" + other + kSignature).ok());
  EXPECT_TRUE(verifier().open(kText + "\n" + kSignature + other).ok());
  EXPECT_FALSE(verifier().open(kText + "\n" + other).ok());
  EXPECT_FALSE(verifier().open(kText + "\n" + kSignature + "not a signature\n").ok());
  EXPECT_FALSE(verifier().open(kText + "\n").ok());
  std::string many;
  for (int i = 0; i < kMaxSignatures; ++i) many += other;
  EXPECT_FALSE(verifier().open(kText + "\n" + many + kSignature).ok());
}

TEST(Note, TextMayHoldEmptyLinesButNoControlCharacters) {
  const SigningKey key = std::move(*SigningKey::parse(kSecret));
  EXPECT_EQ(*verifier().open(key.sign("a\n\nb\n")), "a\n\nb\n");
  EXPECT_FALSE(verifier().open(key.sign("a\tb\n")).ok());
  EXPECT_FALSE(verifier().open(key.sign("\xff\n")).ok());
  EXPECT_EQ(verifier().open(std::string(kMaxNoteBytes + 1, 'a')).error().code, ErrorCode::kTooLarge);
}

TEST(Note, MalformedKeysAreRefusedAndNeverShown) {
  const std::string secret = kSecret;
  for (const std::string& bad :
       {std::string(), std::string("PRIVATE+KEY+"), secret.substr(12), secret + "A", secret.substr(0, secret.size() - 4),
        std::string(kVerifier), "PRIVATE+KEY+Peter Neumann" + secret.substr(24), "PRIVATE+KEY+PeterNeumann+c74f20a4" + secret.substr(33)}) {
    const Result<SigningKey> key = SigningKey::parse(bad);
    ASSERT_FALSE(key.ok()) << bad;
    EXPECT_EQ(key.error().message.find("AYEKF"), std::string::npos);
  }
  for (const char* bad : {"", "PeterNeumann", "PeterNeumann+c74f20a3", "PeterNeumann+c74f20a3+",
                          "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                          "PeterNeumann+c74f20a3+AhpcQQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                          "PeterNeumano+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"}) {
    EXPECT_FALSE(VerifierKey::parse(bad).ok()) << bad;
  }
}

TEST(Note, NamesAreChecked) {
  for (const char* bad : {"", "a b", "a+b", "a\nb", "\xC3\xA4"}) EXPECT_FALSE(SigningKey::generate(bad).ok()) << bad;
  const Result<SigningKey> key = SigningKey::generate("fuel-analyzer.example/log");
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(VerifierKey::parse(key->verifier_text())->open(key->sign("x\n")).ok());
}

TEST_F(NoteFile, IsReadableByItsOwnerOnlyAndReadsBack) {
  const Result<SigningKey> first = SigningKey::generate("a.example");
  std::ofstream(path_) << "replaced";
  std::ofstream(path_ + ".new") << "left over from a crash";
  ASSERT_TRUE(first->save(path_).ok());
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
  const Result<SigningKey> again = SigningKey::load(path_);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->verifier_text(), first->verifier_text());
  EXPECT_EQ(again->name(), "a.example");
}

TEST_F(NoteFile, FailuresNameTheFile) {
  EXPECT_EQ(SigningKey::load(path_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(SigningKey::generate("a")->save(directory_ / "none" / "k").error().code, ErrorCode::kUnavailable);
  std::ofstream(path_) << "garbage";
  const Result<SigningKey> key = SigningKey::load(path_);
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(key.error().path, path_);
}

}  // namespace
}  // namespace greenlang::ledger
