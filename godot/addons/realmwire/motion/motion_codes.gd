class_name RealmwireMotionCodes
extends RefCounted
## The static codes of what moves. Made by [code]go test ./protocol/motion -run Fit -fit[/code]; see
## docs/wire.md, "Predicted difference".

## The lengths of each code's words, a letter a symbol: a is 1.
const SPELLINGS: Array[String] = [
	"baceeefhhiijjklnnnnnnnnnnnnnnnnl",
	"dabdeeeiiiiijjjjjjjjjjjjjjjjjjii",
	"iihihgfgeeddcdbccdfkmmmmmmmmmmmm",
	"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
	"abcefffgghhiijjmmmmmmmmmmmmmmmmf",
	"bbcccdefgijklmmmmmmmmmmmmmmmmmmi",
	"hbcaeehejjjjjjjjjjjjjjjjjjjjjjjj",
	"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
	"cbcdcccefghjjlmmmmmmmmmnnnnnnnnm",
	"cccccccdefgiijjllmmnnnnnnnnnnnnk",
	"bbdddededeefffgiikllllllllllllll",
	"fcceacdgikllllllllllllllllllllll",
	"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
	"dcccbcceghghhiklmmmmnnnnnnnnnnnn",
	"dcccbcdeeffgfhilmmmmmmmmmmmmnnnn",
	"cbcddddedeeeefgimlmmmmmmmmmmmmmh",
	"icdbbfebhhllllllllllllllllllllkk",
	"dcddcdcdcddefghimmmmmmmmmmmmmmmm",
	"dcddcccccefghjklmmmnnnnnnnnnnmmj",
	"dcddccccceghghhijmnnnnnnnnnnnnnn",
	"dccdcdcddedeeghiklmmmnnmmmmnnnnf",
	"dcddcdcccdegghilmmmnnmmmmmmmmmmg",
	"edddcccccdefffghijmmnnnnnnnnnnnn",
	"ddddcdcccddefhgijmnnnnnnnnnnnnnn",
	"dcddcddedddeefghillmmmmmmmmmmmmc",
	"edeeddcdcccddfghilmmmmmmmmmmmmmm",
	"edddddcdcdcdefeghillmmmmmmmmmmmm",
	"eddeddcccefghikkmnnnnnnnnnnnnnnb",
	"edddcdcddddddeefghjlllmmllllllll",
	"feeeddccbcdefggghjklllmmllllmmmm",
	"feeeddcccedddddeghkkllllllllllll",
	"eeeeddcdcccddefghikmmmnnmmmmmmmm",
	"feffeeddcccccdeghillmmmmmmmmmmmm",
	"dceededdddcdcdfgjkllkkkkkkkkkkkk",
	"hfffffeeddcccccdegiklmmmnnmmmmmm",
	"jhhhghffddbadhjmlmklnnnnnnnnnnnn",
	"gffffeeeddccbcdfhijmmmnnnnnnnnnn",
	"iiiiggfgfecabfghilllmmmmmmnnnnmm",
	"feeeeeeeddcddddghilllmmmmmmmmmmb",
	"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
]

## Which code serves a context: 0 is the first.
const CODE_OF: String = (
	"@6;10009999CCFGJJLLLNNMORRR:::0459BGJJT2CF@604089DM9RCCFG:88989DPTRPCF@:CC9CCCPTRRCF@6CBBCCCNRRRLF"
	+ "@6GGFGGIORRRLFG:DDDAJOOPR2LF@:=FFDLPPRR2LL@MMMMMFNRRR2LF@MMMMMMFPRR222G:180JSSTTR2L2@:1405BFOON2I0"
	+ "0004?DGJOON2II111405BMSRR2I2G:1408BJOON2I====;=8BMPT22I2====99BMITT222BBB=9BMMMTT222MMMMMMMMITT222"
	+ "SSSSSSSOPTP222UUUUUUUPPTR222SSSSUUUUPR222VSSSSOSUUTR222222145=RSTU222V22145=BMHHT22V11145=BMPUT22V"
	+ "4444HHKKHVVVVV00005HKKHHVVVVV00058BEDHVVVV000000::DHVVVV0000058@8HSVVV5555559GMHPVVV8888888BIPT2VV"
	+ "BBBBBBBBIPS2VVAAAGGMMGIPP2VV>>>>>>AIIPT222>>>>>DLPTPP222LLLLLLPPTTP222DDD?LLPRRRR222:::LQRRTRR2222"
	+ "220005:MTTP2VVTT0005:89RR2VVG:0005:89R22V0000005:MB2QRV0000000:89OQRV55555558BMPQRV55555558BA2Q2VB"
	+ "BBBBBB9BIOQRQQMMMEEEEEAPTRT>>>>===DIIIP222>>>===DPPPPRRR555=>9LPPPP222000?=>LPPRR2V20004LIR2RR22V2"
	+ "2204=9LPP1PHV11104=>HPP1HHVV@604LI9BE1HDVHHHHHHHHKKKHHVV???0?0HKKHHHVV???0509BEDHDVV000:?DAJQQJDVJ"
	+ "SSS0509BEDJDV111105;9MEDJDV5555101B:QIJ2V>>>>>98BAOPRMV999999BBEQTTMVEEEEEBBEGOTP2V2AAAAAAGIOPPMMM"
	+ ">>>>>DIOPPTRRR=====>APPTRRRRDDD>9DQPRRR2222200088EAAJ8VV2600088E0AJ8VV000008810AJ8V00000088EAAJ888"
	+ "000056810AJ805550508:10AJ8999991558:ISJ8S>>>>9558:IIQTQ88889898BIPPRPBBBBB99BEIPPUUUAAA9>9EAIPPTTT"
	+ ">>>>=>AIPPTRRR======>OPTR222888FFFLRRRR22222>>=>>IPPTRVV22====>OPTR2VV@:8FFFLRRRR2VV@6"
)
