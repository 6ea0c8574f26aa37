#include "sim/core/base64.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace sim;

TEST_SUITE("core.base64")
{
    TEST_CASE("RFC 4648 section 10: the published vectors, both ways")
    {
        const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                               {"f", "Zg=="},
                                                               {"fo", "Zm8="},
                                                               {"foo", "Zm9v"},
                                                               {"foob", "Zm9vYg=="},
                                                               {"fooba", "Zm9vYmE="},
                                                               {"foobar", "Zm9vYmFy"}};
        for (const auto& [plain, coded] : vectors) {
            CHECK(encode_base64(plain) == coded);
            CHECK(decode_base64(coded) == plain);
        }
    }

    TEST_CASE("RFC 4616 section 4: the initial response of AUTH PLAIN holds NULs")
    {
        const std::string response{"\0tim\0tanstaaftanstaaf", 21};
        CHECK(encode_base64(response) == "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
        CHECK(decode_base64("AHRpbQB0YW5zdGFhZnRhbnN0YWFm") == response);
    }

    TEST_CASE("every octet survives the way there and back")
    {
        std::string all;
        for (int octet = 0; octet < 256; ++octet)
            all += static_cast<char>(octet);
        for (std::size_t size = 0; size <= all.size(); ++size)
            CHECK(decode_base64(encode_base64(all.substr(0, size))) == all.substr(0, size));
        CHECK(encode_base64("\xfb\xff\xfe") == "+//+");
    }

    TEST_CASE("what is not exactly Base64 is refused, not repaired")
    {
        for (const char* text : {"Z",
                                 "Zg",
                                 "Zg=",
                                 "Zg===",
                                 "=",
                                 "====",
                                 "Z===",
                                 "=Zg=",
                                 "Zg==Zg==",
                                 "Zg=v",
                                 "Zm9v\r\n",
                                 "Zm 9v",
                                 " Zm9v",
                                 "Zm9-",
                                 "Zm9_",
                                 "Zh==", // the four bits that are not used are not zero
                                 "Zm9=", // nor are these two
                                 "Zm\xc3\xa9"}) {
            CAPTURE(text);
            CHECK_FALSE(decode_base64(text));
        }
    }
}
