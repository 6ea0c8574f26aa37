#include "sim/smtp/path.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sim::smtp;

namespace {

std::string long_text(std::size_t octets, char c = 'a')
{
    return std::string(octets, c);
}

// A domain of exactly this many octets, labels not over 63.
std::string long_domain(std::size_t octets)
{
    std::string domain;
    while (octets - domain.size() > 63)
        domain += long_text(49) + '.';
    return domain + long_text(octets - domain.size());
}

struct Case {
    std::string text;
    PathError error;
};

} // namespace

TEST_SUITE("smtp.path quotes")
{
    TEST_CASE("an address that only lacks the quotes around its local part is known as one")
    {
        CHECK(with_quotes("a..b.@umi.example") == "\"a..b.\"@umi.example");
        CHECK(with_quotes("a b@umi.example") == "\"a b\"@umi.example");
        for (const char* text : {"taro@umi.example",
                                 "\"a..b\"@umi.example",
                                 "@umi.example",
                                 "a..b",
                                 "a@b@umi.example",
                                 "a..b@",
                                 "\"a@b.example"})
            CHECK(with_quotes(text) == std::nullopt);
    }
}

TEST_SUITE("smtp.path")
{
    TEST_CASE("a path is read into its local part and domain")
    {
        const auto path = parse_reverse_path("<hanako@example.jp> SIZE=1");
        REQUIRE(path);
        CHECK(path->mailbox == Mailbox{"hanako", "example.jp"});
        CHECK(path->size == 19);
        CHECK(path->is_ascii);
        CHECK_FALSE(path->has_source_route);
    }

    TEST_CASE("the null path is a reverse-path and no forward-path")
    {
        const auto path = parse_reverse_path("<>");
        REQUIRE(path);
        CHECK(path->mailbox.is_null());
        CHECK(path->size == 2);
        CHECK(parse_forward_path("<>").error() == PathError::empty);
    }

    TEST_CASE("<Postmaster> without a domain is a forward-path, and nothing else is")
    {
        const auto path = parse_forward_path("<PostMaster>");
        REQUIRE(path);
        CHECK(path->mailbox == Mailbox{"PostMaster", ""});
        CHECK_FALSE(path->mailbox.is_null());
        CHECK(path->size == 12);
        CHECK(to_string(path->mailbox) == "PostMaster");
        CHECK_FALSE(parse_reverse_path("<postmaster>"));
        CHECK_FALSE(parse_forward_path("<taro>"));
        CHECK_FALSE(parse_forward_path("<@a.example:postmaster>"));
        CHECK(parse_forward_path("<postmaster@a.example>"));
    }

    TEST_CASE("a quoted local part means what stands in the quotes")
    {
        const auto mailbox = [](std::string_view text) {
            const auto path = parse_forward_path(text);
            REQUIRE_MESSAGE(path, std::string{text});
            return path->mailbox;
        };
        CHECK(mailbox("<\"hanako\"@a.example>") == Mailbox{"hanako", "a.example"});
        CHECK(mailbox("<\"h\\anako\"@a.example>") == Mailbox{"hanako", "a.example"});
        CHECK(mailbox("<\"a b\"@a.example>") == Mailbox{"a b", "a.example"});
        CHECK(mailbox("<\"a\\\"b\\\\c\"@a.example>") == Mailbox{"a\"b\\c", "a.example"});
        CHECK(mailbox("<\"user@other\"@a.example>") == Mailbox{"user@other", "a.example"});
        CHECK(mailbox("<\"a>b\"@a.example>") == Mailbox{"a>b", "a.example"});
        CHECK(mailbox("<\"\"@a.example>") == Mailbox{"", "a.example"});
    }

    TEST_CASE("an address is written with quotes only where it needs them, and reads back the same")
    {
        CHECK(to_string(Mailbox{}).empty());
        CHECK(to_string(Mailbox{"hanako", "a.example"}) == "hanako@a.example");
        CHECK(to_string(Mailbox{"ha.na-ko+x", "a.example"}) == "ha.na-ko+x@a.example");
        CHECK(to_string(Mailbox{"a b", "a.example"}) == "\"a b\"@a.example");
        CHECK(to_string(Mailbox{".a", "a.example"}) == "\".a\"@a.example");
        CHECK(to_string(Mailbox{"a..b", "a.example"}) == "\"a..b\"@a.example");
        CHECK(to_string(Mailbox{"a\"b\\c", "a.example"}) == "\"a\\\"b\\\\c\"@a.example");
        CHECK(to_string(Mailbox{"", "a.example"}) == "\"\"@a.example");
        for (const char* local :
             {"a", "a b", "a@b", "a\"b", "\\", "a.", "", "!#$%&'*+-/=?^_`{|}~"}) {
            const Mailbox mailbox{local, "x.example"};
            const auto back = parse_mailbox(to_string(mailbox));
            REQUIRE(back);
            CHECK(*back == mailbox);
        }
    }

    TEST_CASE("a source route is read, ignored, and never followed")
    {
        const auto path = parse_forward_path("<@a.example,@b.example:taro@c.example>");
        REQUIRE(path);
        CHECK(path->has_source_route);
        CHECK(path->mailbox == Mailbox{"taro", "c.example"});
        CHECK(parse_reverse_path("<@a.example:hanako@c.example>"));
        for (const char* text : {"<@a.example taro@c.example>",
                                 "<@:taro@c.example>",
                                 "<@a.example,b.example:taro@c.example>",
                                 "<@a.example,:taro@c.example>",
                                 "<@a.example:>",
                                 "<@[192.0.2.1]:taro@c.example>",
                                 "<@a.example>"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_forward_path(text));
        }
    }

    TEST_CASE("address literals: IPv4, IPv6 and tagged")
    {
        for (const char* text : {"[192.0.2.1]",
                                 "[IPv6:2001:db8::1]",
                                 "[ipv6:::]",
                                 "[IPv6:::1]",
                                 "[IPv6:1::]",
                                 "[IPv6:1:2:3:4:5:6:7:8]",
                                 "[IPv6:1:2:3:4:5:6:192.0.2.1]",
                                 "[IPv6:::ffff:192.0.2.1]",
                                 "[IPv6:1:2:3::4:5:6]",
                                 "[x400:c=jp]"}) {
            CAPTURE(text);
            CHECK(is_address_literal(text));
            CHECK(parse_mailbox(std::string{"taro@"} + text));
        }
        for (const char* text : {"",
                                 "[",
                                 "[]",
                                 "192.0.2.1",
                                 "[192.0.2]",
                                 "[192.0.2.256]",
                                 "[192.0.2.01]",
                                 "[192.0.2.1",
                                 "[192.0.2.1]x",
                                 "[ 192.0.2.1]",
                                 "[IPv6:]",
                                 "[IPv6:1]",
                                 "[IPv6:1:2:3:4:5:6:7]",
                                 "[IPv6:1:2:3:4:5:6:7:8:9]",
                                 "[IPv6:1::2::3]",
                                 "[IPv6:1:2:3:4:5:6:7::]",
                                 "[IPv6::1:2:3:4:5:6:7]",
                                 "[IPv6:12345::]",
                                 "[IPv6:g::]",
                                 "[IPv6:::1:]",
                                 "[IPv6:::192.0.2.1:1]",
                                 "[2001:db8::1]x",
                                 "[x-:y]",
                                 "[:y]",
                                 "[x:]",
                                 "[x:a b]",
                                 "[x:a[b]"}) {
            CAPTURE(text);
            CHECK_FALSE(is_address_literal(text));
        }
    }

    TEST_CASE("domains: labels of letters, digits and inner hyphens")
    {
        for (const char* text : {"a", "a.b", "EXAMPLE.JP", "1.example", "a-b.example", "x--y.jp"})
            CHECK(is_domain(text));
        for (const char* text : {"",
                                 ".",
                                 "a.",
                                 ".a",
                                 "a..b",
                                 "-a",
                                 "a-",
                                 "a.-b",
                                 "a_b",
                                 "a b",
                                 "a,b",
                                 "a@b",
                                 "a\tb"}) {
            CAPTURE(text);
            CHECK_FALSE(is_domain(text));
        }
        CHECK_FALSE(is_domain(std::string_view{"a\0b", 3}));
        CHECK(is_domain(long_text(63) + ".jp"));
        CHECK_FALSE(is_domain(long_text(64) + ".jp"));
    }

    TEST_CASE("limits: local part 64, domain 255, path 256")
    {
        CHECK(parse_reverse_path("<" + long_text(64) + "@a.jp>"));
        CHECK(parse_reverse_path("<" + long_text(65) + "@a.jp>").error() ==
              PathError::local_part_too_long);
        CHECK(parse_reverse_path("<\"" + long_text(62) + "\"@a.jp>"));
        CHECK(parse_reverse_path("<\"" + long_text(63) + "\"@a.jp>").error() ==
              PathError::local_part_too_long);
        CHECK(is_domain(long_domain(255)));
        CHECK_FALSE(is_domain(long_domain(256)));
        CHECK(parse_reverse_path("<a@" + long_domain(256) + ">").error() ==
              PathError::domain_too_long);
        CHECK(parse_reverse_path("<a@" + long_domain(252) + ">")->size == 256);
        CHECK(parse_reverse_path("<a@" + long_domain(253) + ">").error() ==
              PathError::path_too_long);
        CHECK(parse_mailbox("a@" + long_domain(252)));
        CHECK_FALSE(parse_mailbox("a@" + long_domain(253)));
    }

    TEST_CASE("UTF-8 addresses are read, marked, and must be well-formed")
    {
        const auto path = parse_forward_path("<花子@例え.jp>");
        REQUIRE(path);
        CHECK_FALSE(path->is_ascii);
        CHECK(path->mailbox == Mailbox{"花子", "例え.jp"});
        CHECK(parse_forward_path("<\"花 子\"@a.jp>"));
        CHECK(parse_forward_path("<a.花@a.jp>"));
        CHECK(parse_forward_path("<花.a@a.jp>"));
        for (const std::string bad : {"\x80",
                                      "\xc3",
                                      "\xc0\xaf",
                                      "\xe0\x80\xaf",
                                      "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xf0\x80\x80\x80",
                                      "\xe3\x81",
                                      "\xff"}) {
            CHECK(parse_forward_path("<" + bad + "@a.jp>").error() == PathError::bad_utf8);
            CHECK(parse_forward_path("<\"" + bad + "\"@a.jp>").error() == PathError::bad_utf8);
            CHECK(parse_forward_path("<a@" + bad + ".jp>").error() == PathError::bad_utf8);
        }
    }

    TEST_CASE("what is no path is refused, each for its own reason")
    {
        const std::vector<Case> cases{
            {"", PathError::no_opening_bracket},
            {"hanako@a.jp", PathError::no_opening_bracket},
            {" <hanako@a.jp>", PathError::no_opening_bracket},
            {"<hanako@a.jp", PathError::no_closing_bracket},
            {"<hanako@a.jp >", PathError::no_closing_bracket},
            {"<hanako@a.jp,taro@a.jp>", PathError::no_closing_bracket},
            {"<hanako@a.jp\r\n>", PathError::no_closing_bracket},
            {"<<hanako@a.jp>>", PathError::bad_local_part},
            {"< hanako@a.jp>", PathError::bad_local_part},
            {"<.hanako@a.jp>", PathError::bad_local_part},
            {"<hanako.@a.jp>", PathError::bad_local_part},
            {"<ha..nako@a.jp>", PathError::bad_local_part},
            {"<ha nako@a.jp>", PathError::bad_domain},
            {"<ha(na)ko@a.jp>", PathError::bad_domain},
            {"<hanako>", PathError::bad_domain},
            {"<hanako@>", PathError::bad_domain},
            {"<hanako@a_b.jp>", PathError::no_closing_bracket},
            {"<hanako@a.jp.>", PathError::bad_domain},
            {"<hanako@@a.jp>", PathError::bad_domain},
            {"<hanako@-a.jp>", PathError::bad_domain},
            {"<hanako@[192.0.2.300]>", PathError::bad_address_literal},
            {"<hanako@[192.0.2.3>", PathError::bad_address_literal},
            {"<\"hanako@a.jp>", PathError::bad_local_part},
            {"<\"hanako\\\"@a.jp>", PathError::bad_local_part},
            {"<\"ha\tnako\"@a.jp>", PathError::bad_local_part},
            {"<\"hanako\\", PathError::bad_local_part},
            {"<\"a\"b@a.jp>", PathError::bad_domain},
            {"<", PathError::bad_local_part},
            {"<@", PathError::bad_domain},
        };
        for (const Case& given : cases) {
            CAPTURE(given.text);
            const auto path = parse_reverse_path(given.text);
            REQUIRE_FALSE(path);
            CHECK(static_cast<int>(path.error()) == static_cast<int>(given.error));
        }
        CHECK_FALSE(parse_reverse_path(std::string_view{"<ha\0ko@a.jp>", 12}));
        CHECK_FALSE(parse_mailbox("hanako@a.jp "));
        CHECK_FALSE(parse_mailbox("<hanako@a.jp>"));
        CHECK_FALSE(parse_mailbox(""));
        CHECK_FALSE(parse_mailbox("hanako@a.jp\r\nRCPT TO:<x@y>"));
    }
}
