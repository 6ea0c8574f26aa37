# Signs or verifies the message on standard input with Mail::DKIM, for dkim_peers_test.py.
#
#   mail_dkim.pl sign rsa|ed25519 HEADER/BODY DOMAIN SELECTOR KEYFILE   prints the field
#   mail_dkim.pl verify RECORDS                                         prints the result
use strict;
use warnings;

use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Net::DNS::RR;

my ($what, @rest) = @ARGV;
binmode STDIN;
my $mail = do { local $/; <STDIN> };
$mail =~ s/\r?\n/\r\n/g;

if ($what eq 'sign') {
    my ($kind, $form, $domain, $selector, $file) = @rest;
    my %key = $kind eq 'rsa' ? (KeyFile => $file) : (
        Key => Mail::DKIM::PrivateKey->load(
            Data => do { local (@ARGV, $/) = $file; <> }, Type => 'ed25519'));
    my $signer = Mail::DKIM::Signer->new(
        Algorithm => "$kind-sha256", Method => $form, Domain => $domain,
        Selector => $selector, %key);
    $signer->PRINT($mail);
    $signer->CLOSE;
    print $signer->signature->as_string, "\r\n";
} else {
    # What DNS has: "name record" a line.
    open my $records, '<', $rest[0] or die "$rest[0]: $!";
    my %record = map { chomp; split / /, $_, 2 } <$records>;
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name) = @_;
        my $text = $record{$name};
        $@ = defined $text ? 'NOERROR' : 'NXDOMAIN';
        return unless defined $text;
        return Net::DNS::RR->new(type => 'TXT', name => $name, txtdata => [unpack '(A250)*', $text]);
    };
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT($mail);
    $verifier->CLOSE;
    print $verifier->result, "\n";
}
