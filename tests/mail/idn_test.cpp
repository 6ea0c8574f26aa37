#include "sim/mail/idn.h"
#include "sim/mail/mailbox.h"

#include <doctest/doctest.h>

#include <string>

using namespace sim::mail;

TEST_SUITE("mail.idn")
{
    TEST_CASE("U-labels become A-labels: registered names, RFC 3492 section 7.1 and IDNA2008")
    {
        CHECK(ascii_domain("日本語.jp") == "xn--wgv71a119e.jp");
        CHECK(ascii_domain("例え.テスト") == "xn--r8jz45g.xn--zckzah");
        CHECK(ascii_domain("Bücher.example") == "xn--bcher-kva.example");
        CHECK(ascii_domain("faß.example") == "xn--fa-hia.example"); // not "fass": not transitional
        CHECK(ascii_domain("日本語。ＪＰ") == "xn--wgv71a119e.jp"); // as an input method types it
    }

    TEST_CASE("what needs no change, or is no name, stays as it is")
    {
        for (const std::string& name : {std::string{"umi.example"},
                                        std::string{"xn--wgv71a119e.jp"},
                                        std::string{},
                                        std::string{"[192.0.2.1]"},
                                        std::string{"\xFF.example"},
                                        std::string{"海\0.example", 12},
                                        "海" + std::string(300, 'x') + ".example",
                                        std::string(5000, 'x') + "海.example"})
            CHECK(ascii_domain(name) == name);
    }

    TEST_CASE("one mailbox, however its domain is written; its local part is its own")
    {
        CHECK(fold_address("Taro@日本語.JP") == "taro@xn--wgv71a119e.jp");
        CHECK(fold_address("太郎@日本語.jp") == "太郎@xn--wgv71a119e.jp");
        CHECK(fold_address("日本語.jp") == "xn--wgv71a119e.jp");
    }
}
