// Made by go test ./protocol/motion -run Fit -fit. See docs/wire.md#predicted-difference.

/** The lengths of each code's words, a letter a symbol: a is 1. */
export const SPELLINGS: readonly string[] = [
  'abcdehiihihhhiikkmnnnnnnnnnnnnnn',
  'abcffffgfgghhiillllllllllllllllg',
  'baceeffgghhiijjlkmmmnnnnnnnnnnmm',
  'dabddefjjkkkjkjkjjjkkkkkkkkkkkkk',
  'dgghihggffedddccbddfhlllmmmmmmll',
  'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
  'bbbcdeghijijijhjijjkmmmmmmmmmmmm',
  'accddehhhhggfgfgghijlmnnnnnnnnnn',
  'eeaechbhhjkkjjjjjjjjjjjjjjjjkkkk',
  'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
  'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
  'bbcdccefghjkmmmmmmmmmmmmmmmmmmmm',
  'bbcdddhiggggffefeffgjmmmnnnnnnmm',
  'hbcaeehejjjjjjjjjjjjjjjjjjjjjjjj',
  'bbddccdefghjjmmlmmmmmmnnnnnnnnmm',
  'ccccbcdffggghiklmmmmnnnnnnnnnnnn',
  'bbdddddedfeffghjklmmmnnmmmmnnnnj',
  'fccfadcggijjijkkkkkkkkkkkkkkkkkk',
  'cccccccdefgiijjllmmnnnnnnnnnnnnk',
  'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
  'dcccccceeeefeghiklmmmmmmnnnnnnnn',
  'icdbbfebhhllllllllllllllllllllkk',
  'ddddccbcdffggghijmnnnnnnnnnnnnnn',
  'dcddcccccefhhiijkmmmmmmmmmmnnnnj',
  'dcddcdcdcddefhiklmmmmnnnnnnnnmmg',
  'edddcccccdefffghiklmmmnnmmmmnnnn',
  'ddddcdcccddefhgjjlmmmmmmmmmmmmmm',
  'dcddddcddefghjjlmmmnnmmmmmmmmmmb',
  'eddeddcdcdcddefghillmmmmmmmmmmmm',
  'eeeeddcccccdefghiklmmmnnmmmmnnnn',
  'dcddcddedededfghikmmmnnmmmmmmmmc',
  'feeeddccbceeeffghikmmmnnmmmmmmmm',
  'feeedcccdedddddeghkkllllllllllll',
  'feeeeeddccccceeghjklllmmllllmmmm',
  'gfffefddcccccddfhillmmmmmmmmmmmm',
  'dhhiggffedcdccccdehkmmmmmmmmmmmm',
  'gfffffeeddcccccdehiklmmmnnmmmmmm',
  'iiijghggeecabfgijlllmmmmmmnnnnmm',
  'feeedeeeddcdcddeghkkkllllllllllc',
  'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
];

/** Which code serves a context: 0 is the first. */
export const CODE_OF: string =
  'E=A3222BBBBFGIJLLLLPPOOMTTT@@@21;BGJRQU4GIE=212>BDOBTFGIJ@?>B>BDQTTQGIE@FFBGGDQRTTGIE=GGGGGGRTTTPI' +
  'E=JJIJJMMTTTPIJ@DDDHLMQRSSPIE@DFDDIQRTTSPPEOOOOOFPTTTSPIEOOOOOOIRTTS44J@386LULQUT4M4E@306?FILLQSM2' +
  '2221@DJLLLQ4MM33306?FOQTT4M4J@306;FLLLQ4M??????;FOQUSSMSBBBBBBFOQTT444GGGBBGIOMRTS44MMMMMMMMMRTS44' +
  'UUUUUUQMQRRS44UUUUUUUQRTTS44UUUQUUUURTS44VQQQQQQUUTT444444306?RLSU444V44306?FONNT44V33306?FOQUT44V' +
  '1111KKKKNNVVVV1111BKKKNNVVVVV002;BGHHNVVVV2221;;@@HNVVVV22216;@F8NUVVV???66;BJMNRVVV>>>>B?BGLQTSVV' +
  'GGGGGGGGMQUSVVHHHJJJOJMRRSVVDDDD?DHMQQTSSSDDDDDDLRRRRSSSNNNNDLRRRTRSSSDDDHDLRTTTTSSS@@@L<STTTTS444' +
  '4421;;@OUTRSVVUU211;>@BTTSVVJ@211;>@BTS4V22221;;@OF47SV333311;>@BM7SV666660;>GLQ7SV3333;;;>GH474VG' +
  'GGGGGBB@MM7S77OOOJHHJHHQTST???????DMMLR444DDDDB?DQRQRSSSBBB?DDLQRRRSSS222D?DLQRTTSVS2220<DSSSTSSVS' +
  'SS20?DLQR8RNV88820?DKQR8NNVV0720<DBGH8NNVKKKKKKKKKKKNNVV@@@2@DKKKNNNVV@@@26ABGHHNNVV2221@DJLLLLNV2' +
  '222263BGHHLNV@@@@06ABGHHLNV6666333G@LML4V?????B>GHQRTHVBBBBBBGGJLRTHVGGGGGGGIJQRR4V4HHHHHHJMMRQHHH' +
  'DDDDDDLQQRRSSS?????DHQRTTSSSDDDDDDLRTTTSSSS7310>@@HHL8V007310>@@HHL8V007312>@@2HL81333310>@@HHL888' +
  '01310;@D2HL81000302?1D2HL810BBB606@DMUL8100??B;;B@LQLU100BBBBBBGLQQT100BBGBBGGLQQUU00HHB?DHHLQRT10' +
  '07D???HLQQRT1007DBBBDLRRTS1007FFFFNTTTSS1007D???DL22111007777<7H22111007777<7H2211100777OUSH221110' +
  '07777<7H22111S12677<7H22111012677O7S221110126A7L;SA2111S126OIHEEAS1111123OMMJMS44110026AMMQQU44410' +
  '026?QQRSSS4400026?LQTSS44477736?NTSS4444477366N4444444407266NQSSS4741S7366NQSSS474SSSOQRMQSSS47478' +
  '88';
