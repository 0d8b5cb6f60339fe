<?xml version="1.0" encoding="UTF-8"?>
<tileset version="1.10" tiledversion="1.10.2" name="atlas" tilewidth="16" tileheight="16" tilecount="384" columns="16">
 <image source="../../../../web/public/atlas.png" width="256" height="384"/>
 <tile id="0" type="grass">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="1" type="grass-flowers">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="2" type="grass-tall">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="3" type="dirt">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="4" type="path">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="5" type="sand">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="6" type="water">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="7" type="deep-water">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="8" type="stone-floor">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="9" type="stone-floor-cracked">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="10" type="stone-wall">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="11" type="stone-wall-top">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="12" type="tree-bottom">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="13" type="tree-top">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="14" type="bush">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="15" type="rock">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="16" type="fence-h">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="17" type="fence-v">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="18" type="house-wall">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="19" type="house-roof">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="20" type="door">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="21" type="portal">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="22" type="stairs-down">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="23" type="torch">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="24" type="bridge">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="25" type="cliff">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="26" type="dungeon-floor">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="27" type="dungeon-wall">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="28" type="bones">
  <properties>
   <property name="solid" type="bool" value="false"/>
  </properties>
 </tile>
 <tile id="29" type="crate">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="30" type="barrel">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
 <tile id="31" type="sign">
  <properties>
   <property name="solid" type="bool" value="true"/>
  </properties>
 </tile>
</tileset>
